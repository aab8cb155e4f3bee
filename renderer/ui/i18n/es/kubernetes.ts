import type { Translated } from '../text-types.ts'
import type { kubernetesEn } from '../en/kubernetes.ts'

export const kubernetesEs: Translated<typeof kubernetesEn> = {
  'kubernetes.title': 'Actualizar Kubernetes de {context} a {version}',
  'kubernetes.title.choose': 'Actualizar Kubernetes de {context}',
  'kubernetes.runs': 'Corre Kubernetes {version}',
  'kubernetes.refused-when': 'se rechaza si después cambia un nodo o su configuración, o pasadas las {time}',
  'kubernetes.start': 'Actualizar Kubernetes a {version}',
  'kubernetes.nothing-moves': 'Todas las imágenes están ya en esta versión.',
  'kubernetes.proxy-behind':
    'kube-proxy sigue en {version}. Se mueve con los manifiestos, y la siguiente menor lo espera.',
  'kubernetes.then-manifests': 'kube-proxy, CoreDNS y lo demás que trae Talos se mueven con sus manifiestos.',
  'kubernetes.manifests': 'Manifiestos…',
  'crumb.kubernetes': 'Kubernetes',
  'crumb.manifests': 'Manifiestos',
  'kubernetes.open': 'Actualizar…',
  'kubernetes.how': 'Cómo',
  'kubernetes.pre-pull': 'Traer antes las imágenes',
  'kubernetes.pre-pull.why': 'En cada nodo y antes de cambiar nada: si falta una imagen, se sabe a tiempo.',
  'kubernetes.kubelets': 'También los kubelets',
  'kubernetes.kubelets.why':
    'Pueden quedarse atrás un tiempo. Los pods siguen corriendo mientras un kubelet se reinicia.',
  'kubernetes.images': 'Qué se mueve',
  'kubernetes.images.remark': 'leído a las {time}; en este orden, cada paso probado antes del siguiente',
  'kubernetes.images.sum': {
    one: 'Se mueve {count} imagen. Nada más cambia en las configuraciones.',
    other: 'Se mueven {count} imágenes. Nada más cambia en las configuraciones.',
  },
  'kubernetes.goes-on': 'Sigue por {component} en {node}',
  'kubernetes.goes-on.text': {
    one: '{count} de {all} imágenes está ya en {version}: se comprueba otra vez y no se envía nada por ella.',
    other:
      '{count} de {all} imágenes están ya en {version}: se comprueban otra vez y no se envía nada por ellas.',
  },
  'kubernetes.node': 'Nodo',
  'kubernetes.what': 'Qué',

  'kubernetes.target.next-minor': 'la siguiente menor',
  'kubernetes.target.patch': 'parche de esta menor',
  'kubernetes.target.same-version': 'la que corre ahora',
  'kubernetes.target.superseded': 'superada por un parche posterior',
  'kubernetes.target.skips-a-minor': 'se salta una menor: pasa antes por la intermedia',
  'kubernetes.target.downgrade': 'Kubernetes no puede volver atrás',
  'kubernetes.target.talos-too-old': 'actualiza antes Talos en',
  'kubernetes.target.talos-too-new': 'Talos ya no la admite en',
  'kubernetes.target.typed': 'escrita',
  'kubernetes.target.resumed': 'la de la tarea que se cortó',
  'kubernetes.target.not-known': 'este Ichor no la conoce',

  'kubernetes.note.changes': 'cambia',
  'kubernetes.note.written': 'escrita; aún no corre',
  'kubernetes.note.there-already': 'ya está',
  'kubernetes.note.off': 'aquí no corre',
  'kubernetes.note.unknown': 'desconocido',

  'kubernetes.check.role-admin': 'Tu rol',
  'kubernetes.check.certificate-outlives-run': 'Tu certificado dura más que la tarea',
  'kubernetes.check.version-path': 'Camino',
  'kubernetes.check.talos-supports': 'Talos la admite',
  'kubernetes.check.nodes-answer': 'Todos los nodos responden',
  'kubernetes.check.nodes-ready': 'Nodos listos',
  'kubernetes.check.control-planes-ready': 'Pods del plano de control listos',
  'kubernetes.check.etcd-quorum': 'Miembros de etcd',
  'kubernetes.check.config-not-staged': 'Ninguna configuración en espera',
  'kubernetes.check.no-other-run': 'Ninguna otra tarea',
  'kubernetes.check.removed-flags': 'Sin opciones retiradas',
  'kubernetes.check.removed-feature-gates': 'Sin feature gates retiradas',
  'kubernetes.check.removed-admission-plugins': 'Sin plugins de admisión retirados',
  'kubernetes.check.removed-api-resources': 'Sin objetos de API retiradas',

  'kubernetes.advice.role-admin': 'Solo una clave de administrador puede escribir configuraciones.',
  'kubernetes.advice.certificate-outlives-run': 'Renueva antes el talosconfig: tiene que quedar una hora.',
  'kubernetes.advice.version-path':
    'Kubernetes sube de menor en menor y nunca baja. Cuenta el componente más antiguo; kube-proxy avanza con los manifiestos.',
  'kubernetes.advice.talos-supports':
    'El Talos de estos nodos no corre ese Kubernetes. Actualiza antes Talos.',
  'kubernetes.advice.nodes-answer': 'Hay que leer la configuración de cada nodo antes de poder cambiarla.',
  'kubernetes.advice.nodes-ready': 'Arregla antes estos nodos: de un kubelet caído no se puede probar nada.',
  'kubernetes.advice.control-planes-ready':
    'El plano de control se cambia pod a pod; todos tienen que estar bien.',
  'kubernetes.advice.etcd-quorum': 'etcd no se toca, pero si está mal se arregla antes de reiniciar nada.',
  'kubernetes.advice.config-not-staged':
    'Allí una configuración espera al reinicio y se perdería. Reinicia o descártala antes.',
  'kubernetes.advice.no-other-run': 'Una tarea a la vez por clúster. Deja que acabe o ciérrala.',
  'kubernetes.advice.removed-flags':
    'El componente no arrancaría con ellas. Quítalas antes de la configuración.',
  'kubernetes.advice.removed-feature-gates':
    'El componente no arrancaría con ellas. Quítalas antes de la configuración.',
  'kubernetes.advice.removed-admission-plugins':
    'El servidor de API no arrancaría con ellos. Quítalos antes de la configuración.',
  'kubernetes.advice.removed-api-resources':
    'El nuevo servidor de API ya no los sirve. Mueve o borra antes los objetos.',

  'manifests.title': 'Manifiestos de {context}',
  'manifests.what': 'CoreDNS, kube-proxy, flannel, roles: lo que Talos genera para el clúster',
  'manifests.rendered': 'como los genera {node}',
  'manifests.asking': 'Preguntando al servidor de API en qué quedaría cada objeto. No se cambia nada.',
  'manifests.created': 'Faltan en el clúster',
  'manifests.changed': 'Cambiarían',
  'manifests.unknown': 'No se pudo preguntar',
  'manifests.unchanged': 'Tal como se generan',
  'manifests.secret': 'Un Secret: no se muestra su contenido.',
  'manifests.nothing': 'El clúster tiene lo que se genera.',
  'manifests.start': { one: 'Aplicar {count} objeto', other: 'Aplicar {count} objetos' },
  'manifests.foot': 'Los objetos que Talos ya no genera se quedan; no se borra nada.',
}
