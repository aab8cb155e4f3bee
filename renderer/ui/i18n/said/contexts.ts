import type { Said } from '../text-types.ts'

/** talosconfigs, contexts, key stores, and what the hosts say themselves. */
export const saidOfContexts: Said = [
  ['Ichor opens documentation pages only.', 'Ichor solo abre páginas de documentación.'],
  [
    'There is no browser to open here. The page is {0}',
    'Aquí no hay ningún navegador que abrir. La página es {0}',
  ],
  ['{0} is not a file.', '{0} no es un archivo.'],
  [
    '{0} has {1} MB; a talosconfig has a few kilobytes.',
    '{0} ocupa {1} MB; un talosconfig ocupa unos kilobytes.',
  ],
  ['{0} could not be read ({1}).', 'No se pudo leer {0} ({1}).'],
  ['{0} cannot be read.', 'No se puede leer {0}.'],
  ['Only the window of Ichor may call this.', 'Solo la ventana de Ichor puede llamar a esto.'],
  ['That is not the passphrase of this key store.', 'Esa no es la frase de este almacén de claves.'],
  [
    'A key store with a passphrase is here already. Unlock it.',
    'Aquí ya hay un almacén de claves con frase. Desbloquéalo.',
  ],
  [
    'A sealed file of Ichor was changed or belongs to another key store, so it cannot be opened.',
    'Un archivo sellado de Ichor se ha modificado o es de otro almacén de claves, así que no se puede abrir.',
  ],
  ['This host has no file dialog of its own.', 'Este programa no tiene un diálogo de archivos propio.'],
  [
    'There is no ~/.talos/config on this computer, nor at $TALOSCONFIG.',
    'En este ordenador no hay ~/.talos/config ni nada en $TALOSCONFIG.',
  ],
  [
    'The system keeps the keys here; there is nothing to choose.',
    'Aquí guarda las claves el sistema; no hay nada que elegir.',
  ],
  [
    'The system keeps the keys here; there is nothing to unlock.',
    'Aquí guarda las claves el sistema; no hay nada que desbloquear.',
  ],
  ['The file has no context "{0}".', 'El archivo no tiene el contexto «{0}».'],
  ['Context "{0}" cannot be imported.', 'El contexto «{0}» no se puede importar.'],
  [
    'There is no context "{0}" here whose key could be renewed.',
    'Aquí no hay ningún contexto «{0}» cuya clave renovar.',
  ],
  [
    'The new key of "{0}" belongs to another cluster than the context of that name here. Add it beside.',
    'La clave nueva de «{0}» es de otro clúster que el contexto de ese nombre. Añádelo aparte.',
  ],
  ['The talosconfig repeats aliases without end.', 'El talosconfig repite alias sin fin.'],
  ['The talosconfig is empty: it has comments only.', 'El talosconfig está vacío: solo tiene comentarios.'],
  ['The talosconfig is empty.', 'El talosconfig está vacío.'],
  [
    'The current context is "{0}", but the file has only: {1}.',
    'El contexto actual es «{0}», pero el archivo solo tiene: {1}.',
  ],
  [
    'In context "{0}" the key is not the one the certificate was made for. They come from two files.',
    'En el contexto «{0}» la clave no es la del certificado. Vienen de dos archivos.',
  ],
  [
    'Context "{0}" signs in with {1}. Ichor needs a client certificate and its key.',
    'El contexto «{0}» entra con {1}. Ichor necesita un certificado de cliente y su clave.',
  ],
  [
    'Context "{0}" has no endpoints. Add the address of a control plane node.',
    'El contexto «{0}» no tiene endpoints. Añade la dirección de un nodo del plano de control.',
  ],
  ['Context "{0}" has no "{1}".', 'El contexto «{0}» no tiene «{1}».'],
  [
    'In context "{0}" the value of "{1}" is not base64.{2}',
    'En el contexto «{0}» el valor de «{1}» no es base64.{2}',
  ],
  [
    'In context "{0}" the value of "{1}" is not base64.',
    'En el contexto «{0}» el valor de «{1}» no es base64.',
  ],
  [
    'In context "{0}" the value of "{1}" cannot be read as {2}.',
    'En el contexto «{0}» el valor de «{1}» no se puede leer como {2}.',
  ],
  [
    'The certificate of context "{0}" expired on {1}. No node accepts it any more.',
    'El certificado del contexto «{0}» caducó el {1}. Ningún nodo lo acepta ya.',
  ],
  [
    'The certificate of context "{0}" is valid from {1}; this computer\'s clock says {2}.',
    'El certificado del contexto «{0}» vale desde {1}; el reloj de este ordenador dice {2}.',
  ],
  [
    'The file has {0} MB. A talosconfig has a few kB; Ichor reads up to 5 MB.',
    'El archivo ocupa {0} MB. Un talosconfig ocupa unos kB; Ichor lee hasta 5 MB.',
  ],
  [
    'The talosconfig is not YAML: line {0}, column {1}: {2}.',
    'El talosconfig no es YAML: línea {0}, columna {1}: {2}.',
  ],
  [
    'The file is not text. A talosconfig is a YAML file in UTF-8, usually ~/.talos/config.',
    'El archivo no es texto. Un talosconfig es un archivo YAML en UTF-8, normalmente ~/.talos/config.',
  ],
  ['There is no context "{0}" here any more.', 'Aquí ya no hay ningún contexto «{0}».'],
  [
    'That file was read too long ago. Drop it again.',
    'Ese archivo se leyó hace demasiado. Suéltalo otra vez.',
  ],
  ['The demo cluster gave no context.', 'El clúster de demostración no ha dado contexto.'],
  ['The connection to Ichor was lost.', 'Se ha perdido la conexión con Ichor.'],
  [
    'The stored contexts cannot be read any more. Import the talosconfig again.',
    'Los contextos guardados ya no se pueden leer. Importa otra vez el talosconfig.',
  ],
]
