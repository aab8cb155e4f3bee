import type { demoEn } from '../en/demo.ts'
import type { Translated } from '../text-types.ts'

export const demoEs: Translated<typeof demoEn> = {
  'demo.troubles': { one: '{count} avería', other: '{count} averías' },
  'trouble.title': 'Provocar averías',
  'trouble.lead':
    'Solo afecta a las máquinas simuladas. Mira qué muestra Ichor y termina la avería: las máquinas se recuperan solas.',
  'trouble.cause': 'Provocar',
  'trouble.cause-what': 'Provocar: {what}',
  'trouble.end': 'Terminar',
  'trouble.end-what': 'Terminar: {what}',
  'trouble.end-all': 'Terminar todas las averías',
  'trouble.where': 'En qué nodo: {what}',
  'trouble.on': 'En {nodes}',
  'trouble.cluster': 'todo el clúster',
  'trouble.caused': '{what}: provocada en {nodes}',
  'trouble.ended': '{what}: terminada',

  'trouble.group.machines': 'Máquinas y red',
  'trouble.group.etcd': 'etcd y planos de control',
  'trouble.group.upgrades': 'Actualizaciones',
  'trouble.group.configs': 'Configuración',
  'trouble.group.kubernetes': 'Kubernetes',

  'trouble.node-off': 'Máquina desenchufada',
  'trouble.node-off.what': 'Se apaga de golpe. Al terminar la avería, vuelve a arrancar.',
  'trouble.reboot-hangs': 'Reinicio colgado',
  'trouble.reboot-hangs.what': 'La próxima vez que se reinicie no volverá hasta que esto termine.',
  'trouble.slow-node': 'Respuestas lentas',
  'trouble.slow-node.what': 'Cada respuesta tarda tres segundos y medio más.',
  'trouble.flapping-link': 'Cable de red suelto',
  'trouble.flapping-link.what': 'El primer puerto pierde el enlace unos segundos, una y otra vez.',
  'trouble.disk-failing': 'Disco moribundo',
  'trouble.disk-failing.what': 'El registro del kernel se llena de errores de lectura del disco del sistema.',
  'trouble.clock-skew': 'Reloj equivocado',
  'trouble.clock-skew.what': 'Su reloj va tres horas atrasado y ya no se sincroniza.',
  'trouble.expired-certificate': 'Certificado caducado',
  'trouble.expired-certificate.what': 'Muestra un certificado que caducó hace una hora.',
  'trouble.log-flood': 'Avalancha de registros',
  'trouble.log-flood.what': 'El kubelet escribe cinco mil líneas por segundo.',
  'trouble.diagnostics': 'Direcciones solapadas',
  'trouble.diagnostics.what': 'Talos avisa de que las direcciones del equipo y las de los pods se solapan.',
  'trouble.etcd-member-down': 'Miembro de etcd caído',
  'trouble.etcd-member-down.what': 'Su etcd se cae cada vez que arranca; otro miembro toma el mando.',
  'trouble.etcd-nospace': 'etcd sin espacio',
  'trouble.etcd-nospace.what': 'Su miembro activa la alarma NOSPACE.',
  'trouble.two-control-planes': 'Solo dos planos de control',
  'trouble.two-control-planes.what':
    'Los que pasan de dos se apagan y dejan de ser miembros: no puede fallar ninguno más.',
  'trouble.upgrade-never-ready': 'La versión nueva no llega a estar lista',
  'trouble.upgrade-never-ready.what':
    'Tras la próxima actualización su kubelet no se recupera y el nodo vuelve atrás él solo.',
  'trouble.upgrade-wrong-image': 'Instalador roto',
  'trouble.upgrade-wrong-image.what':
    'El instalador de la próxima actualización no se puede ejecutar y falla.',
  'trouble.pull-stalls': 'Descarga atascada',
  'trouble.pull-stalls.what': 'Las imágenes se quedan a medias al descargarse.',
  'trouble.schematic-missing-extension': 'Extensión sin compilar',
  'trouble.schematic-missing-extension.what':
    'Image Factory rechaza las imágenes con iscsi-tools, que el almacenamiento necesita.',
  'trouble.silent-fallback': 'Vuelta atrás silenciosa',
  'trouble.silent-fallback.what':
    'Tras la próxima actualización arranca la versión antigua, y nadie lo dice.',
  'trouble.locked-sequence': 'Secuencia atascada',
  'trouble.locked-sequence.what':
    'Algo que nunca acaba retiene el bloqueo: reinicios y actualizaciones no hacen nada.',
  'trouble.mixed-versions': 'Versiones mezcladas',
  'trouble.mixed-versions.what': 'Uno de cada dos nodos se reinicia con una versión vecina de Talos.',
  'trouble.apply-kills-network': 'Un cambio corta la red',
  'trouble.apply-kills-network.what':
    'El próximo cambio de su configuración lo deja incomunicado. Solo una prueba lo recupera por sí sola.',
  'trouble.staged-config-pending': 'Configuración en espera',
  'trouble.staged-config-pending.what': 'Un cambio espera en su disco al próximo reinicio.',
  'trouble.drain-blocked-by-pdb': 'Vaciado rechazado',
  'trouble.drain-blocked-by-pdb.what':
    'Un presupuesto de interrupciones no deja salir a ningún pod con volúmenes.',
  'trouble.storage-degraded': 'Volúmenes degradados',
  'trouble.storage-degraded.what': 'Longhorn reconstruye allí sus réplicas y no acaba nunca.',
}
