import type { BrowserWindow, Dialog } from 'electron'
import type { MenuLanguage } from './menu-template.ts'

interface Words {
  readonly title: (going: number) => string
  readonly detail: string
  readonly stay: string
  readonly quit: string
}

const WORDS: Readonly<Record<MenuLanguage, Words>> = {
  en: {
    title: (going) => (going === 1 ? 'A run is under way' : `${going} runs are under way`),
    detail:
      'The node goes on with what it was told, but nobody watches it and nothing follows. Ichor shows the run as interrupted when it opens again, and repeats nothing by itself. An installer that is writing may be cut off.',
    stay: 'Keep running',
    quit: 'Quit anyway',
  },
  es: {
    title: (going) => (going === 1 ? 'Hay una tarea en curso' : `Hay ${going} tareas en curso`),
    detail:
      'El nodo seguirá con lo que se le haya mandado, pero nadie lo vigilará y no se hará nada más. Al abrirse de nuevo, Ichor mostrará la tarea como interrumpida y no repetirá nada por su cuenta. Un instalador que esté escribiendo puede quedar cortado.',
    stay: 'Seguir',
    quit: 'Salir de todos modos',
  },
}

/** True when the person ends the app although runs go. Closing the question keeps it running. */
export async function askToQuit(
  dialog: Pick<Dialog, 'showMessageBox'>,
  window: BrowserWindow | undefined,
  language: MenuLanguage,
  going: number,
): Promise<boolean> {
  const words = WORDS[language]
  const question = {
    type: 'warning' as const,
    message: words.title(going),
    detail: words.detail,
    buttons: [words.stay, words.quit],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  }
  const { response } =
    window === undefined
      ? await dialog.showMessageBox(question)
      : await dialog.showMessageBox(window, question)
  return response === 1
}
