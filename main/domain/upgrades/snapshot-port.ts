/** Files of etcd's database on this computer. They hold every secret of the cluster: for this user only. */
export interface SnapshotPort {
  /**
   * Writes the chunks as they come, fsynced before it resolves; a failure, also of the chunks, leaves no file.
   * Throws `disk-write-failed`.
   */
  save(
    of: { readonly context: string; readonly hostname: string },
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly path: string; readonly bytes: number; readonly sha256: string }>
}
