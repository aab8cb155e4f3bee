/** Who holds a cluster, for whoever finds it held. */
export interface LockHolder {
  readonly runId: string
  readonly who: string
  /** ISO 8601. */
  readonly at: string
}

export interface HeldLock {
  /** What a dead process had left and this one took over; absent where the lock was free. */
  readonly stale?: string
  release(): Promise<void>
}

/** One run per cluster among all instances of the app on this computer, whatever their data folders. */
export interface ClusterLockPort {
  /** Throws `run-active` when a living process holds it, `disk-write-failed` when nobody can. */
  take(cluster: string, holder: LockHolder): Promise<HeldLock>
}
