import { useId, useState } from 'react'
import type { ImageChoice, NodeImage, OfferedExtension } from '#contract/images.ts'
import { Button } from '../../ui/Button.tsx'
import { FilterField } from '../../ui/Filters.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { TickBox } from '../../ui/Tick.tsx'
import { argumentsOf, listOf, withExtension } from './image-choice.ts'

/** Extensions by tick, kernel arguments one a line. Nothing is sent: what comes out goes into the plan. */
export function ImageEditor({
  image,
  offered,
  choice,
  onUse,
  onOwn,
  onClose,
}: {
  readonly image: NodeImage
  readonly offered: readonly OfferedExtension[]
  readonly choice: ImageChoice
  readonly onUse: (choice: ImageChoice) => void
  readonly onOwn: () => void
  readonly onClose: () => void
}) {
  const { t } = useText()
  const id = useId()
  const [chosen, setChosen] = useState<readonly string[]>(choice.extensions ?? image.extensions)
  const [args, setArgs] = useState((choice.kernelArguments ?? image.kernelArguments).join('\n'))
  const [filter, setFilter] = useState('')
  const kernel = argumentsOf(args)
  const list = listOf(offered, chosen, image.extensions, filter)

  function use(): void {
    if (kernel.wrong !== undefined) return
    const extensions = same(chosen, image.extensions) ? undefined : [...chosen]
    const kernelArguments = same(kernel.list, image.kernelArguments) ? undefined : [...kernel.list]
    onUse({
      ...(extensions === undefined ? {} : { extensions }),
      ...(kernelArguments === undefined ? {} : { kernelArguments }),
    })
  }

  return (
    <div className="image-editor">
      <div className="image-editor-parts">
        <fieldset>
          <legend className="label">{t('image.extensions', { count: chosen.length })}</legend>
          <FilterField label={t('image.filter')} value={filter} onChange={setFilter} />
          <ul className="extension-list">
            {list.map(({ name, version, description, state }) => (
              <li key={name}>
                <TickBox
                  id={`${id} ${name}`}
                  checked={chosen.includes(name)}
                  onChange={(on) => setChosen(withExtension(chosen, name, on))}
                />
                <label htmlFor={`${id} ${name}`}>
                  <b>{name.replace(/^siderolabs\//, '')}</b> <span className="dim">{version}</span>
                  {state !== undefined && <em> {t(`image.extension.${state}`)}</em>}
                  {description !== '' && <span className="meta">{description}</span>}
                </label>
              </li>
            ))}
            {list.length === 0 && (
              <li className="meta">{offered.length === 0 ? t('image.none-offered') : t('palette.none')}</li>
            )}
          </ul>
        </fieldset>
        <div>
          <label className="label" htmlFor={`${id} arguments`}>
            {t('image.arguments')}
          </label>
          <textarea
            id={`${id} arguments`}
            className="input"
            rows={7}
            spellCheck={false}
            value={args}
            aria-describedby={`${id} arguments-why`}
            aria-invalid={kernel.wrong !== undefined}
            onChange={(event) => setArgs(event.target.value)}
          />
          <p className="meta" id={`${id} arguments-why`}>
            {kernel.wrong === undefined
              ? t('image.arguments.help')
              : t('image.arguments.wrong', { text: kernel.wrong })}
          </p>
          <Button kind="bare" size="small" onClick={onOwn}>
            {t('image.own')}
          </Button>
        </div>
      </div>
      <div className="buttons">
        <Button
          off={kernel.wrong === undefined ? undefined : t('image.arguments.wrong', { text: kernel.wrong })}
          onClick={use}
        >
          {t('image.use')}
        </Button>
        <Button kind="bare" onClick={onClose}>
          {t('cancel')}
        </Button>
        <span className="meta">{t('image.nothing-sent')}</span>
      </div>
    </div>
  )
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at])
}
