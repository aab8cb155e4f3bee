import type { Said } from '../text-types.ts'

/** Configurations: reading, comparing, sending, patches, migrations. */
export const saidOfConfigs: Said = [
  [
    '{0} sent a MachineConfig in an unknown form.',
    '{0} ha enviado una MachineConfig en una forma desconocida.',
  ],
  ['The MachineConfig that {0} sent is not UTF-8.', 'La MachineConfig que ha enviado {0} no es UTF-8.'],
  [
    'The saved patches of this context cannot be read.',
    'No se pueden leer los parches guardados de este contexto.',
  ],
  ['{0} could not be written: {1}.', 'No se pudo escribir {0}: {1}.'],
  ['{0} could not be written.', 'No se pudo escribir {0}.'],
  [
    'This placeholder stands for no secret of this node.',
    'Esta marca no corresponde a ningún secreto de este nodo.',
  ],
  ['There is no saved patch of that name any more.', 'Ya no hay ningún parche guardado con ese nombre.'],
  [
    'The history has no configuration of that hash.',
    'El historial no tiene ninguna configuración con esa huella.',
  ],
  ['There is no text for this node.', 'No hay texto para este nodo.'],
  ['A node stands in the list twice.', 'Un nodo está dos veces en la lista.'],
  ['No node was chosen.', 'No se ha elegido ningún nodo.'],
  ['{0} has no configuration yet.', '{0} aún no tiene configuración.'],
  ['The configuration that {0} gave is not YAML.', 'La configuración que ha dado {0} no es YAML.'],
  ['There is no schema of Talos {0}.', 'No hay esquema de Talos {0}.'],
  ['This node has no draft on this computer.', 'Este nodo no tiene borrador en este ordenador.'],
  ['{0} is not text: it holds bytes that are no UTF-8.', '{0} no es texto: contiene bytes que no son UTF-8.'],
  ['{0} is not text: it holds zero bytes.', '{0} no es texto: contiene bytes nulos.'],
  ['{0} is larger than any configuration.', '{0} es mayor que cualquier configuración.'],
  [
    'Nothing in {0} is a document of a Talos configuration.',
    'Nada de {0} es un documento de una configuración de Talos.',
  ],
  ['The configuration is not valid YAML at line {0}.', 'La configuración no es YAML válido en la línea {0}.'],
  ['{0} is not valid YAML at line {1}.', '{0} no es YAML válido en la línea {1}.'],
  ['{0} is not valid YAML{1}.', '{0} no es YAML válido{1}.'],
  ['{0} is not valid YAML.', '{0} no es YAML válido.'],
  [
    'What this draft began from was not kept on this computer.',
    'En este ordenador no se guardó de dónde partía este borrador.',
  ],
  ['The node moved again while you were choosing.', 'El nodo ha vuelto a cambiar mientras elegías.'],
  ['The draft is what the node runs already.', 'El borrador es lo que el nodo ya tiene.'],
  [
    "This is the configuration of another cluster: {0} differ from the node's.",
    'Esta configuración es de otro clúster: {0} no coinciden con los del nodo.',
  ],
  [
    'The draft has errors. They are listed with their lines.',
    'El borrador tiene errores. Están en la lista, con sus líneas.',
  ],
  ['The mode {0} is not offered here: {1}.', 'Aquí no se ofrece el modo {0}: {1}.'],
  ['Not accepted yet: {0}.', 'Aún sin aceptar: {0}.'],
  ['A try runs on {0} until {1}.', 'Hay una prueba en {0} hasta {1}.'],
  ['The configuration is empty.', 'La configuración está vacía.'],
  [
    '{0} still tries the change and takes it back by itself at {1}.',
    '{0} sigue probando el cambio y lo deshará por sí mismo a las {1}.',
  ],
  [
    '{0} no longer runs the configuration that was reviewed.',
    '{0} ya no tiene la configuración que se revisó.',
  ],
  ['This node takes no preset {0}.', 'Este nodo no admite el preajuste {0}.'],
  ['There is nothing of {0} to migrate on this node.', 'En este nodo no hay nada de {0} que migrar.'],
  ['{0} has no document: {1}.', '{0} no tiene documento: {1}.'],
  ['No block was chosen.', 'No se ha elegido ningún bloque.'],
  [
    'Documents are not written back into v1alpha1: {0}',
    'Los documentos no se devuelven a v1alpha1, cuyos campos antiguos no pueden decir todo lo que dicen ellos. Para volver, restaura la configuración desde el historial.',
  ],
  [
    'JSON6902 patches are not supported for multi-document machine configuration',
    'Los parches JSON6902 no sirven para configuraciones de varios documentos',
  ],
  ['The draft is not valid YAML.', 'El borrador no es YAML válido.'],
  [
    '{0} operation does not apply: doc is missing path: {1}',
    'la operación {0} no se puede aplicar: falta la ruta {1}',
  ],
  ['testing value {0} failed', 'no se cumple el valor comprobado en {0}'],
  ['The aliases of this text grow out of hand.', 'Los alias de este texto crecen sin medida.'],
]
