import { Fragment } from 'react'

/** Names one after the other, `bronce-1, bronce-2`; a line ends between two of them, never within one. */
export function Words({ words }: { readonly words: readonly string[] }) {
  return words.map((word, at) => (
    <Fragment key={word}>
      {at > 0 && ', '}
      <span className="nowrap">{word}</span>
    </Fragment>
  ))
}
