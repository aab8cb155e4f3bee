import type { MenuItemConstructorOptions } from 'electron'

export type MenuLanguage = 'en' | 'es'

export interface MenuActions {
  /** Goes to a place of the page, by its fragment: `#/settings`. */
  readonly goTo: (fragment: string) => void
  readonly openLink: (url: string) => void
  readonly showLog: () => void
}

interface MenuWords {
  readonly file: string
  readonly importTalosconfig: string
  readonly settings: string
  readonly edit: string
  readonly view: string
  readonly tasks: string
  readonly window: string
  readonly help: string
  readonly documentation: string
  readonly diagnostics: string
  readonly showLog: string
  readonly undo: string
  readonly redo: string
  readonly cut: string
  readonly copy: string
  readonly paste: string
  readonly selectAll: string
  readonly reload: string
  readonly actualSize: string
  readonly zoomIn: string
  readonly zoomOut: string
  readonly fullScreen: string
  readonly minimize: string
  readonly close: string
  readonly quit: string
}

const WORDS: Readonly<Record<MenuLanguage, MenuWords>> = {
  en: {
    file: 'File',
    importTalosconfig: 'Import talosconfig…',
    settings: 'Settings…',
    edit: 'Edit',
    view: 'View',
    tasks: 'Task log',
    window: 'Window',
    help: 'Help',
    documentation: 'Talos documentation',
    diagnostics: 'Diagnostics',
    showLog: 'Show log file',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select all',
    reload: 'Reload window',
    actualSize: 'Actual size',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fullScreen: 'Full screen',
    minimize: 'Minimize',
    close: 'Close window',
    quit: 'Quit Ichor',
  },
  es: {
    file: 'Archivo',
    importTalosconfig: 'Importar talosconfig…',
    settings: 'Ajustes…',
    edit: 'Editar',
    view: 'Ver',
    tasks: 'Registro de tareas',
    window: 'Ventana',
    help: 'Ayuda',
    documentation: 'Documentación de Talos',
    diagnostics: 'Diagnóstico',
    showLog: 'Mostrar el archivo de registro',
    undo: 'Deshacer',
    redo: 'Rehacer',
    cut: 'Cortar',
    copy: 'Copiar',
    paste: 'Pegar',
    selectAll: 'Seleccionar todo',
    reload: 'Recargar la ventana',
    actualSize: 'Tamaño real',
    zoomIn: 'Ampliar',
    zoomOut: 'Reducir',
    fullScreen: 'Pantalla completa',
    minimize: 'Minimizar',
    close: 'Cerrar la ventana',
    quit: 'Salir de Ichor',
  },
}

export function menuLanguage(locale: string): MenuLanguage {
  return /^es\b/i.test(locale) ? 'es' : 'en'
}

/** The menu bar. Every shortcut has a modifier, so that none takes a key the editor wants. */
export function menuTemplate(
  language: MenuLanguage,
  platform: string,
  actions: MenuActions,
): MenuItemConstructorOptions[] {
  const words = WORDS[language]
  const line: MenuItemConstructorOptions = { type: 'separator' }
  const mac = platform === 'darwin'
  const settings: MenuItemConstructorOptions = {
    label: words.settings,
    accelerator: 'CmdOrCtrl+,',
    click: () => actions.goTo('#/settings'),
  }
  const applicationMenu: MenuItemConstructorOptions = {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      line,
      settings,
      line,
      { role: 'services' },
      line,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      line,
      { role: 'quit', label: words.quit },
    ],
  }
  return [
    ...(mac ? [applicationMenu] : []),
    {
      label: words.file,
      submenu: [
        {
          label: words.importTalosconfig,
          accelerator: 'CmdOrCtrl+O',
          click: () => actions.goTo('#/import'),
        },
        ...(mac ? [] : [line, settings]),
        line,
        mac ? { role: 'close', label: words.close } : { role: 'quit', label: words.quit },
      ],
    },
    {
      label: words.edit,
      submenu: [
        { role: 'undo', label: words.undo },
        { role: 'redo', label: words.redo },
        line,
        { role: 'cut', label: words.cut },
        { role: 'copy', label: words.copy },
        { role: 'paste', label: words.paste },
        { role: 'selectAll', label: words.selectAll },
      ],
    },
    {
      label: words.view,
      submenu: [
        { label: words.tasks, click: () => actions.goTo('#/tasks') },
        line,
        { role: 'reload', label: words.reload },
        line,
        { role: 'resetZoom', label: words.actualSize },
        { role: 'zoomIn', label: words.zoomIn },
        { role: 'zoomOut', label: words.zoomOut },
        line,
        { role: 'togglefullscreen', label: words.fullScreen },
      ],
    },
    {
      role: 'window',
      label: words.window,
      submenu: [
        { role: 'minimize', label: words.minimize },
        { role: 'close', label: words.close },
      ],
    },
    {
      role: 'help',
      label: words.help,
      submenu: [
        { label: words.documentation, click: () => actions.openLink('https://www.talos.dev/') },
        { label: words.diagnostics, click: () => actions.goTo('#/diagnostics') },
        { label: words.showLog, click: actions.showLog },
      ],
    },
  ]
}
