import type { Translated } from '../text-types.ts'
import type { configChangesEn } from '../en/config-changes.ts'

export const configChangesEs: Translated<typeof configChangesEn> = {
  'review.export': 'Exportar',
  'review.export.copy.markdown': 'Copiar como Markdown',
  'review.export.copy.patch': 'Copiar como strategic merge patch',
  'review.export.copy.json': 'Copiar como JSON',
  'review.export.save.markdown': 'Guardar como Markdown…',
  'review.export.save.patch': 'Guardar como strategic merge patch…',
  'review.export.save.json': 'Guardar como JSON…',
  'review.export.copied': 'Copiado.',
  'review.export.saved': 'Guardado: {file}',
  'review.export.missing': {
    one: '{count} cambio no está en el parche: {paths}',
    other: '{count} cambios no están en el parche: {paths}',
  },
  'review.export.secrets': 'De los secretos se dice que cambian, nunca cuáles son.',
  'review.export.failed': 'No se ha podido copiar. Guárdalo en un archivo.',

  'effect.live': 'al momento',
  'effect.restarts': 'reinicia {service}',
  'effect.reboot': 'reinicia el nodo',
  'effect.at-reboot': 'al reiniciar',
  'effect.none.install-only': 'ninguno, ya instalado',
  'effect.none.inert': 'ninguno: Talos lo ignora',
  'effect.none.comment': 'ninguno: un comentario',
  'effect.rejected': 'esta versión lo rechaza',
  'effect.unknown': 'desconocido',
  'effect.live.why': 'Los controladores del nodo lo aplican en cuanto llega. Nada se reinicia.',
  'effect.restarts.why': 'Talos reinicia {service} para aplicarlo; lo demás sigue.',
  'effect.reboot.why': 'Este Talos solo lo aplica con un reinicio.',
  'effect.at-reboot.why':
    'Queda guardado y rige tras el próximo reinicio. El nodo no se reinicia solo ni dice que está a la espera.',
  'effect.none.install-only.why':
    'Se lee al instalar Talos. En un nodo instalado no cambia nada; las actualizaciones traen su propia imagen.',
  'effect.none.inert.why': 'Esta versión de Talos acepta el campo y lo ignora.',
  'effect.none.comment.why': 'Los comentarios y el orden no cambian nada en el nodo.',
  'effect.rejected.why': 'Esta versión de Talos lo rechaza al enviarlo.',
  'effect.unknown.why': 'Ichor no sabe qué cuesta este campo en esta versión de Talos.',

  'risk.touches-connection': 'tu conexión',
  'risk.touches-network': 'red',
  'risk.renames-node': 'renombra el nodo',
  'risk.cluster-identity': 'identidad del clúster',
  'risk.machine-type': 'tipo de máquina',
  'risk.cert-sans': 'certificado',
  'risk.removes-user-volume': 'quita un volumen',
  'risk.removes-document': 'quita un documento',
  'risk.mixed-with-legacy': 'antiguo y nuevo',
  'risk.newer-than-other-slot': 'sin vuelta atrás',
  'risk.kubernetes-version': 'versión de Kubernetes',
  'risk.etcd': 'etcd',
  'risk.secret-changed': 'secreto',
  'risk.hostname-twice': 'dos nombres de host',
  'risk.even-control-planes': 'planos de control pares',
  'risk.disk-none': 'ningún disco así',
  'risk.disk-many': 'encajan varios discos',
  'risk.selector-invalid': 'selector no válido',
  'risk.link-missing': 'ningún enlace así',
  'risk.link-many': 'encajan varios enlaces',
  'risk.touches-connection.why':
    'Cambia la dirección o el enlace por el que Ichor llega a este nodo. Una prueba vuelve atrás sola si se pierde el nodo.',
  'risk.touches-network.why':
    'El otro extremo del enlace, el switch y los demás nodos deben coincidir, o el nodo se cae de la red.',
  'risk.renames-node.why':
    'Kubernetes ve un nodo nuevo con el nombre nuevo; el antiguo queda hasta que se borra.',
  'risk.cluster-identity.why':
    'El nodo dejaría de pertenecer a su clúster: su identidad o sus claves difieren.',
  'risk.machine-type.why':
    'Un plano de control y un worker no se convierten uno en otro con un campo; hay que restablecer el nodo.',
  'risk.cert-sans.why':
    'El nodo emite un certificado nuevo. Los nombres que ya no estén en él dejan de llegar al nodo.',
  'risk.removes-user-volume.why': 'El volumen deja de montarse. Sus datos quedan en el disco, inaccesibles.',
  'risk.removes-document.why': 'El documento desaparece, y con él todo lo que configuraba.',
  'risk.mixed-with-legacy.why':
    'El campo antiguo y el documento nuevo dicen lo mismo; Talos 1.14 rechaza los dos juntos.',
  'risk.newer-than-other-slot.why':
    'El Talos de la otra ranura de arranque no conoce este documento. Al volver atrás se quedaría en modo de mantenimiento.',
  'risk.kubernetes-version.why': 'Cambia la versión de un componente de Kubernetes solo en este nodo.',
  'risk.etcd.why':
    'Ningún cambio reinicia etcd; un valor erróneo se nota en el próximo reinicio y puede dejarlo caído.',
  'risk.secret-changed.why': 'Una clave o un token difiere. Quien tenga el antiguo queda fuera.',
  'risk.hostname-twice.why':
    'Dos sitios dicen cómo se llama el nodo. Talos toma uno de ellos o rechaza ambos.',
  'risk.even-control-planes.why':
    'El clúster tendría un número par de planos de control: no aguanta más fallos que con uno menos, y etcd pierde antes el quórum.',
  'risk.disk-none.why':
    'Nada en la lista de discos de este nodo encaja. El volumen se queda esperando, o la instalación falla.',
  'risk.disk-many.why':
    'Encaja más de un disco de este nodo. Talos toma uno de ellos, quizá no el que quieres.',
  'risk.selector-invalid.why':
    'La expresión no se puede evaluar con lo que tiene el nodo; Talos la rechaza o espera para siempre.',
  'risk.link-missing.why':
    'Este nodo no tiene un enlace con ese nombre, y el borrador no lo crea. Lo que se configure para él no surte efecto.',
  'risk.link-many.why':
    'Encaja más de un enlace de este nodo. Talos toma uno de ellos, quizá no el que quieres.',
  'risk.unknown': '{risk}: no se sabe',
  'risk.unknown.not-told': 'El nodo no lo dice.',
  'risk.unknown.why': '{about} Por eso Ichor no puede decir si «{risk}» se da aquí.',

  'stop.other-cluster.title': 'Esta es la configuración de otro clúster',
  'stop.other-cluster.text':
    'Al enviarla, {node} dejaría su clúster y tus claves ya no llegarían a él. Difiere en: {fields}. No se puede enviar nada hasta que sean como en el nodo.',

  'dry-run.title': 'El ensayo del propio nodo',
  'dry-run.ask': 'Preguntar al nodo',
  'dry-run.asking': 'Preguntando al nodo…',
  'dry-run.locked': 'No durante una prueba: pararía el reloj.',
  'dry-run.lines': 'Líneas',
  'dry-run.now': 'Ahora',
  'dry-run.later': 'Después',
  'dry-run.ichor': 'Ichor',
  'dry-run.node': 'Nodo',
  'dry-run.same': 'igual',
  'dry-run.differs': 'distinto',
  'dry-run.no-reboot': 'sin reinicio',
  'dry-run.reboots': 'reinicia',
  'dry-run.stored': 'guardado',
  'dry-run.waits': { one: '{count} espera', other: '{count} esperan' },
  'dry-run.nothing-waits': 'nada espera',
  'dry-run.does-not-say': 'no lo dice',
  'dry-run.disagrees.title': 'El nodo lo lee de otra forma',
  'dry-run.disagrees.text': 'Su cuenta de líneas cambiadas no es la de Ichor. Lee su diff antes de enviar.',
  'dry-run.refuses': 'lo rechaza',
  'dry-run.effect-disagrees.title': 'El nodo haría otra cosa',
  'dry-run.effect-disagrees.text':
    'Ichor espera: {ours}. El nodo dice: {node}. Cree al nodo y lee su diff antes de enviar.',
  'dry-run.refused-unexpected.title': 'El nodo rechaza lo que Ichor daba por bueno',
  'dry-run.never-tells': 'Desde 1.14 un nodo nunca dice que un cambio necesita reinicio.',
  'dry-run.read': 'Leer el diff del nodo',
  'dry-run.diff': 'El diff del nodo',
}
