import type { upgradesEn } from '../en/upgrades.ts'
import type { Translated } from '../text-types.ts'

export const upgradesEs: Translated<typeof upgradesEn> = {
  'upgrade.title': 'Actualizar {node} a Talos {version}',
  'upgrade.title.choose': 'Actualizar {node}',
  'upgrade.title.rollback': 'Devolver {node} a la otra ranura',
  'upgrade.computed': 'Calculado {time}',
  'upgrade.refused-when': 'vale hasta las {time} si no cambian la configuración, el schematic ni etcd',
  'upgrade.again': 'Calcular de nuevo',
  'upgrade.target': 'Destino',
  'upgrade.target.remark': '{node} tiene {version}',
  'upgrade.target.remark-kubernetes': '{node} tiene {version} con Kubernetes {kubernetes}',
  'upgrade.target.supports': 'Admite Kubernetes {min} a {max}.',
  'upgrade.target.hide': 'Mostrar menos',

  'target.recommended': 'recomendada',
  'target.latest-patch': 'último parche',
  'target.allowed': 'permitida',
  'target.superseded': 'superada por un parche posterior',
  'target.same-version': 'la misma versión: la instala otra vez',
  'target.downgrade-allowed': 'versión anterior, permitida',
  'target.skips-a-minor': 'se salta una menor: pasa por la intermedia',
  'target.host-too-old': 'nodo demasiado antiguo',
  'target.host-too-new': 'nodo demasiado nuevo',
  'target.kubernetes-too-new': 'Kubernetes demasiado nuevo',
  'target.kubernetes-too-old': 'Kubernetes demasiado antiguo',
  'target.pre-release': 'versión preliminar',

  'plan.changes': 'Qué cambia en {node}',
  'plan.changes.remark': 'leído del nodo a las {time}',
  'plan.part': 'Parte',
  'plan.before': 'Antes',
  'plan.after': 'Después',
  'plan.as-in': 'como en {version}',
  'plan.lost': 'se pierde',
  'plan.why.role-too-low': 'No se sabe: antes de Talos 1.11 solo puede leerlo una clave con os:admin.',
  'plan.why.no-slot': 'No se sabe: el nodo arrancó por kexec, que no dice de qué ranura.',
  'plan.not-known': 'Solo se sabe tras el reinicio.',
  'plan.row.talos': 'Talos',
  'plan.row.kernel': 'Kernel',
  'plan.row.containerd': 'containerd',
  'plan.row.etcd': 'etcd',
  'plan.row.kubernetes-support': 'Kubernetes que admite',
  'plan.row.kubernetes': 'Kubernetes',
  'plan.row.schematic': 'Schematic',
  'plan.row.extensions': 'Extensiones',
  'plan.row.kernel-arguments': 'Argumentos del kernel',
  'plan.row.boot-entry': 'Entrada de arranque',
  'plan.row.image': 'Imagen del instalador',
  'plan.row.mechanism': 'Cómo',
  'plan.mechanism.lifecycle': 'descargar, instalar, reiniciar (LifecycleService)',
  'plan.mechanism.legacy': 'lo hace todo el nodo (MachineService.Upgrade)',
  'plan.mechanism.rollback': 'cambiar a la otra ranura y reiniciar',
  'plan.secure-boot.on': 'sí',
  'plan.secure-boot.off': 'no',
  'plan.row.restart': 'Reinicio',
  'plan.restart.kexec': 'con kexec, directo al kernel nuevo: como lo hace Talos',
  'plan.restart.firmware-asked': 'por el firmware, porque quieres probar un arranque en frío',
  'plan.restart.firmware-secure-boot': 'por el firmware: con arranque seguro no hay kexec',
  'plan.restart.firmware-sysctl': 'por el firmware: kexec está desactivado en este nodo',
  'plan.row.pods': 'Sus pods',
  'plan.pods.drained': 'salen antes; por los que no hayan salido en {time} se te pregunta',
  'plan.pods.not-drained': 'se paran con el nodo, como has elegido, y vuelven con él',
  'plan.pods.nowhere-to-go':
    'se paran con el nodo: ningún otro admite pods. No funcionan hasta que vuelva a estar listo',
  'plan.pods.unasked': 'se paran con el nodo: no se pudo pedir a Kubernetes que los mueva',
  'plan.pods.node-drains': 'el propio nodo se vacía, cinco minutos como mucho; lo que quede se para con él',
  'plan.kept': 'Se conserva',
  'plan.kept.rollback': 'Se queda como está',
  'plan.kept.ephemeral': 'imágenes, pods y todo lo demás en /var',
  'plan.kept.state': 'la configuración de la máquina, sin cambios',
  'plan.kept.etcd-data': 'sus datos se quedan',
  'plan.kept.user-volume': 'los volúmenes de usuario con su contenido',
  'plan.kept.other-slot': 'se queda en el nodo como camino de vuelta',
  'plan.kept.config': 'la configuración de la máquina, como está ahora',
  'plan.kept.meta': 'META se queda',
  'plan.steps': 'En este orden',
  'plan.estimate': 'unos {time}, según tareas anteriores de este nodo',
  'plan.reboot': 'Un reinicio.',

  'preflight.title': 'Comprobaciones',
  'preflight.asked': 'preguntado a las {time}',
  'preflight.block': 'impide',
  'preflight.warn': 'avisa',
  'preflight.unknown': 'sin saber',
  'preflight.pass': 'bien',
  'check.role-admin': 'Tu rol',
  'check.certificate-outlives-run': 'Tu certificado dura más que la tarea',
  'check.version-path': 'Camino',
  'check.image': 'Imagen',
  'check.etcd-quorum': 'Quórum de etcd',
  'check.no-other-run': 'Ninguna otra tarea',
  'check.config-not-staged': 'Ninguna configuración en espera',
  'check.time-in-sync': 'Reloj sincronizado',
  'check.node-ready': 'Nodo listo',
  'check.kernel-arguments-kept': 'Se conservan los argumentos del kernel',
  'check.schematic-kept': 'Se conserva el schematic',
  'check.kubernetes-supported': 'Kubernetes admitido',
  'check.other-control-planes-ready': 'Los otros planos de control, listos',
  'check.kubernetes-api': 'Kubernetes responde',
  'check.pods-can-move': 'Los pods pueden salir',
  'check.storage-settled': 'Almacenamiento en calma',
  'check.unread': 'No se pudo leer, así que nadie lo sabe.',
  'check.advice.kubernetes-api':
    'Sin Kubernetes no se mueve ningún pod antes de reiniciar su nodo: se paran con él y arrancan cuando vuelve.',
  'check.advice.pods-can-move': 'El drenado se detendrá en estos y te preguntará qué hacer.',
  'check.advice.storage-settled':
    'Un volumen que se reconstruye tiene ahora menos copias. Espera a que esté entero.',
  'check.advice.role-admin': 'Para actualizar hace falta una clave con os:admin.',
  'check.advice.certificate-outlives-run': 'Renueva antes el certificado: caducaría a mitad.',
  'check.advice.version-path': 'Elige una versión del camino, menor a menor.',
  'check.advice.image': 'Ichor no puede probar esta imagen antes de descargarla.',
  'check.advice.etcd-quorum': 'etcd perdería el quórum o no le sobra ningún miembro. Cúralo antes.',
  'check.advice.no-other-run': 'Una tarea por clúster. Espera a la otra, o ciérrala.',
  'check.advice.config-not-staged': 'El reinicio aplica también la configuración que espera en el disco.',
  'check.advice.time-in-sync': 'Los certificados dependen del reloj. Espera a la sincronización.',
  'check.advice.node-ready': 'El nodo ya no está bien. Lo que falla ahora fallará después.',
  'check.advice.kernel-arguments-kept': 'Esta forma de actualizar los perdería.',
  'check.advice.schematic-kept': 'Las extensiones de este nodo desaparecerían.',
  'check.advice.kubernetes-supported': 'Actualiza antes Kubernetes, o elige otra versión.',
  'check.advice.other-control-planes-ready':
    'Nunca dos planos de control a la vez. Espera a que los otros estén listos.',

  'target.unknown-line': 'una serie de Talos que este Ichor no conoce',
  'target.not-published': 'la Image Factory no la ofrece',
  'plan.none-before': 'nada antes',
  'plan.row.extension': 'Extensión',
  'plan.row.boot-loader': 'Gestor de arranque',
  'plan.row.secure-boot': 'Arranque seguro',
  'plan.row.overlay': 'Overlay de la placa',
  'plan.added': 'se añade',
  'plan.removed': 'se quita',
  'check.extensions-published': 'Extensiones publicadas',
  'check.own-image': 'Imagen propia',
  'check.disk-space': 'Sitio en el disco',
  'check.boot-space': 'Sitio para el arranque',
  'check.memory': 'Memoria',
  'check.no-other-sequence': 'Nada más en marcha en el nodo',
  'check.diagnostics': 'Diagnósticos',
  'check.config-readable': 'Configuración legible',
  'check.advice.extensions-published':
    'Nadie ha podido decir si todas las extensiones existen para esta versión.',
  'check.advice.own-image': 'Esta imagen no viene de una Image Factory.',
  'check.advice.disk-space':
    'La imagen necesita sitio en EPHEMERAL. Haz un poco: el kubelet borra por sí mismo las imágenes sin uso si se le pide.',
  'check.advice.boot-space':
    'Tienen que caber dos juegos de archivos de arranque. Talos no dice cuánto queda libre ahí.',
  'check.advice.memory': 'Talos recomienda más memoria de la que tiene esta máquina.',
  'check.advice.no-other-sequence': 'El nodo hace una cosa cada vez. Espera a que termine.',
  'check.advice.diagnostics': 'El propio Talos se queja de algo. Míralo antes.',
  'check.other-slot': 'Algo a lo que volver',
  'check.advice.other-slot': 'Talos solo vuelve atrás si hay algo en su otra ranura de arranque.',
  'check.advice.config-readable': 'Aquí nadie puede decir si esa versión lee esta configuración.',
  'because.etcd-two-members':
    'etcd necesita que sus dos miembros estén de acuerdo. Mientras uno reinicia se para, y con él la API de Kubernetes. Añade antes un tercer plano de control, o quita uno de los dos.',
  'because.etcd-one-member':
    'etcd solo tiene este miembro. Mientras el nodo reinicia, la API de Kubernetes no responde en todo el clúster; lo que corre en otros nodos sigue.',
  'because.image-missing': 'Ningún registro tiene esta imagen. No cambiaría nada, ni se actualizaría nada.',
  'because.image-not-registered':
    'La Image Factory aún no conoce este schematic. Se le dice cuando pulsas «Comprobar con la factory», o al empezar.',
  'because.image-building':
    'La Image Factory todavía está construyendo esta imagen. Tarda hasta unos minutos; calcula de nuevo entonces.',
  'because.image-unpublished': 'La Image Factory no ofrece esta versión.',
  'because.image-unasked':
    'No se ha podido preguntar si esta imagen existe. El nodo la descarga primero; si no está, no ha cambiado nada.',
  'because.image-other-architecture': 'Esta imagen no está hecha para la arquitectura de esta máquina.',
  'because.choice-content-unknown':
    'No se sabe qué contiene el schematic del nodo, así que no se puede cambiar.',
  'because.choice-content-unproven':
    'Ichor no sabe escribir este schematic de modo que dé el mismo id, así que no lo cambia.',
  'because.choice-unknown-fields': 'El schematic del nodo tiene partes que Ichor no conoce. Se perderían.',
  'because.choice-secret-unresolved':
    'Hay una marca de secreto donde este nodo no tiene ninguno. Escribe el valor, o deshazlo.',
  'because.choice-typed-differs':
    'Para conservar una imagen propia, escribe su nombre otra vez, sin la etiqueta.',
  'because.choice-not-a-reference':
    'Esto no es una referencia de imagen: registro, nombre y etiqueta, como registry.casa.lan/talos/installer:v1.14.0.',
  'because.own-image-replaced':
    'El nodo se instaló con una imagen propia. Lo que pusiste en ella no está en la siguiente.',
  'because.own-image-kept':
    'Aquí nadie puede decir qué hay en esta imagen. La plataforma, el arranque seguro y las extensiones corren de tu cuenta.',
  'because.extension-missing':
    'No están publicadas para la versión de destino; la imagen no se puede construir. Quítalas, o espera a que estén.',
  'because.extension-lost': 'Las extensiones de este nodo desaparecerían: ningún schematic las nombra.',
  'because.extension-renamed':
    'En la versión de destino se llaman de otra forma. La Image Factory conoce ambos nombres.',
  'because.extension-unasked':
    'No se ha podido preguntar si todas las extensiones existen para esta versión.',
  'because.grub-ignores-schematic':
    'Este nodo arranca con GRUB y toma sus argumentos de machine.install.extraKernelArgs; los del schematic no tienen efecto.',
  'because.grub-loses-arguments':
    'Arranca con GRUB y toma sus argumentos de la configuración. Esta forma de actualizar no se los pasa.',
  'because.grub-drops-arguments':
    'Ahora están en su línea de órdenes, pero no en machine.install.extraKernelArgs, de donde los toma GRUB. Desaparecerán; para conservarlos, escríbelos antes ahí.',
  'because.path-through-patch': 'Talos prueba el camino por el último parche de cada menor. Ve antes ahí.',
  'because.path-skips': 'Talos avanza una menor cada vez. Empieza por la primera parada del camino.',
  'because.path-pre-release':
    'Una versión preliminar, para probar. Puede que no haya camino a la definitiva.',
  'because.path-downgrade':
    'Un paso atrás. La configuración se queda como está y la versión anterior tiene que poder leerla.',
  'because.path-setback':
    'Ya corre un Talos más nuevo que este destino. Déjalo fuera; para devolverlo atrás a propósito, haz un plan solo para él.',
  'because.path-again': 'Ya corre esta versión. En esta tarea se instalaría otra vez, con su reinicio.',
  'because.config-unreadable':
    'Esa versión no conoce estas partes. No cargaría nada de la configuración y arrancaría en modo de mantenimiento.',
  'because.memory-below-minimum': 'Talos pide más memoria de la que tiene esta máquina.',
  'because.sequence-locked': 'Una secuencia ocupa el nodo y ha rechazado otra.',
  'because.pods-nowhere-to-go':
    'Ningún otro nodo admite pods, así que no se mueve ninguno. Lo que corre aquí no funciona desde el reinicio hasta que el nodo vuelva a estar listo.',
  'because.pods-not-drained':
    'Has elegido no mover pods. Estos se paran con el nodo, haya presupuesto o no, y arrancan de nuevo cuando vuelva.',
  'because.pods-unmanaged':
    'Ningún controlador los volvería a crear en otro nodo, así que el drenado los deja. Se paran con este nodo y arrancan de nuevo con él.',
  'because.other-slot-empty':
    'El menú de arranque solo tiene lo que está en marcha: no hay a qué volver. Para otra versión, también una anterior, planifica una actualización a ella. Si se ha instalado algo desde la última vez que se pasó por el firmware, un reinicio con «Apagar y encender» lo muestra.',
  'because.other-slot-refused':
    'Talos ya se ha negado a volver atrás desde que arrancó el nodo: no hay nada en la otra ranura. Para otra versión, también una anterior, planifica una actualización a ella.',
  'because.other-slot-untold':
    'Nada dice qué hay en la otra ranura. Si está vacía, Talos se negará después de que se hayan movido los pods.',
  'because.pods-held-and-unmanaged':
    'El drenado se detendrá en los que retiene un presupuesto y te preguntará qué hacer. Los que no tienen controlador se quedan: se paran con este nodo y arrancan de nuevo con él.',

  'preflight.read': 'qué se leyó',
  'accept.downtime': 'Acepto que la API de Kubernetes y etcd no respondan hasta que el nodo vuelva.',
  'accept.own-image-replaced': 'Acepto que se sustituya mi imagen propia y se pierda lo que puse en ella.',
  'accept.own-image-kept': 'Conservo esta imagen a propósito y respondo de lo que contiene.',
  'accept.other-slot-untold':
    'Acepto que se muevan los pods quizá para nada: la otra ranura puede estar vacía.',
  'accept.other': 'Lo he leído y sigo.',
  'upgrade.accept-first': { one: 'Hay {count} punto que aceptar.', other: 'Hay {count} puntos que aceptar.' },
  'upgrade.start': 'Actualizar {node} a {version}',
  'upgrade.start.rollback': 'Devolver {node}',
  'upgrade.blocked': { one: '{count} comprobación lo impide.', other: '{count} comprobaciones lo impiden.' },
  'upgrade.nothing-sent': 'Aún no se ha enviado nada.',
  'upgrade.choose-first': 'Elige una versión para ver qué cambia.',
  'rollback.intro':
    'El nodo arranca la versión de su otra ranura. La configuración y los datos se quedan como están.',
}
