import type { Said } from '../text-types.ts'

/** What the self-test found; what a library said follows as it is. */
export const saidOfSelfTest: Said = [
  ['made a key, signed and verified with it', 'clave creada; firma hecha y verificada con ella'],
  ['its own signature does not verify', 'su propia firma no se verifica'],
  [
    '"ED25519 PRIVATE KEY" refused ({0}), relabelled key read',
    '"ED25519 PRIVATE KEY" rechazada ({0}); con otra etiqueta, la clave se lee',
  ],
  [
    '"ED25519 PRIVATE KEY" taken as it is, relabelled key read',
    '"ED25519 PRIVATE KEY" aceptada tal cual; con otra etiqueta, la clave se lee',
  ],
  [
    'a Talos node answers even with the runtime’s own list',
    'un nodo Talos responde incluso con la lista propia del entorno',
  ],
  [
    'no Talos node answers with the runtime’s own list: {0}',
    'ningún nodo Talos responde con la lista propia del entorno: {0}',
  ],
  ['answered in {0}', 'ha respondido en {0}'],
  ['answered something else', 'ha respondido otra cosa'],
  ['answered, although the list has no Ed25519', 'ha respondido, aunque la lista no tiene Ed25519'],
  [
    'without Ed25519 in the list the handshake fails, as it must: {0}',
    'sin Ed25519 en la lista la negociación falla, como debe: {0}',
  ],
]
