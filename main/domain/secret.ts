/**
 * A value that does not print: string, JSON and inspect give `[secret]`, and a structured clone of it is `{}`.
 * Only `reveal` gives it out, so a search for that word finds every place that handles one.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  equals(other: Secret): boolean {
    return this.#value === other.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  // Node's `util.inspect` looks this symbol up by its registered name, so the domain needs no Node types.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}
