// Original file: protos/resource/definitions/network_specs.proto

import type { NethelpersBondMode as _talos_resource_definitions_enums_NethelpersBondMode, NethelpersBondMode__Output as _talos_resource_definitions_enums_NethelpersBondMode__Output } from '../../../../talos/resource/definitions/enums/NethelpersBondMode.ts';
import type { NethelpersBondXmitHashPolicy as _talos_resource_definitions_enums_NethelpersBondXmitHashPolicy, NethelpersBondXmitHashPolicy__Output as _talos_resource_definitions_enums_NethelpersBondXmitHashPolicy__Output } from '../../../../talos/resource/definitions/enums/NethelpersBondXmitHashPolicy.ts';
import type { NethelpersLACPRate as _talos_resource_definitions_enums_NethelpersLACPRate, NethelpersLACPRate__Output as _talos_resource_definitions_enums_NethelpersLACPRate__Output } from '../../../../talos/resource/definitions/enums/NethelpersLACPRate.ts';
import type { NethelpersARPValidate as _talos_resource_definitions_enums_NethelpersARPValidate, NethelpersARPValidate__Output as _talos_resource_definitions_enums_NethelpersARPValidate__Output } from '../../../../talos/resource/definitions/enums/NethelpersARPValidate.ts';
import type { NethelpersARPAllTargets as _talos_resource_definitions_enums_NethelpersARPAllTargets, NethelpersARPAllTargets__Output as _talos_resource_definitions_enums_NethelpersARPAllTargets__Output } from '../../../../talos/resource/definitions/enums/NethelpersARPAllTargets.ts';
import type { NethelpersPrimaryReselect as _talos_resource_definitions_enums_NethelpersPrimaryReselect, NethelpersPrimaryReselect__Output as _talos_resource_definitions_enums_NethelpersPrimaryReselect__Output } from '../../../../talos/resource/definitions/enums/NethelpersPrimaryReselect.ts';
import type { NethelpersFailOverMAC as _talos_resource_definitions_enums_NethelpersFailOverMAC, NethelpersFailOverMAC__Output as _talos_resource_definitions_enums_NethelpersFailOverMAC__Output } from '../../../../talos/resource/definitions/enums/NethelpersFailOverMAC.ts';
import type { NethelpersADSelect as _talos_resource_definitions_enums_NethelpersADSelect, NethelpersADSelect__Output as _talos_resource_definitions_enums_NethelpersADSelect__Output } from '../../../../talos/resource/definitions/enums/NethelpersADSelect.ts';
import type { NetIP as _common_NetIP, NetIP__Output as _common_NetIP__Output } from '../../../../common/NetIP.ts';
import type { NethelpersADLACPActive as _talos_resource_definitions_enums_NethelpersADLACPActive, NethelpersADLACPActive__Output as _talos_resource_definitions_enums_NethelpersADLACPActive__Output } from '../../../../talos/resource/definitions/enums/NethelpersADLACPActive.ts';

export interface BondMasterSpec {
  'mode'?: (_talos_resource_definitions_enums_NethelpersBondMode);
  'hashPolicy'?: (_talos_resource_definitions_enums_NethelpersBondXmitHashPolicy);
  'lacpRate'?: (_talos_resource_definitions_enums_NethelpersLACPRate);
  'arpValidate'?: (_talos_resource_definitions_enums_NethelpersARPValidate);
  'arpAllTargets'?: (_talos_resource_definitions_enums_NethelpersARPAllTargets);
  'primaryIndex'?: (number);
  'primaryReselect'?: (_talos_resource_definitions_enums_NethelpersPrimaryReselect);
  'failOverMac'?: (_talos_resource_definitions_enums_NethelpersFailOverMAC);
  'adSelect'?: (_talos_resource_definitions_enums_NethelpersADSelect);
  'miiMon'?: (number);
  'upDelay'?: (number);
  'downDelay'?: (number);
  'arpInterval'?: (number);
  'resendIgmp'?: (number);
  'minLinks'?: (number);
  'lpInterval'?: (number);
  'packetsPerSlave'?: (number);
  'numPeerNotif'?: (number);
  'tlbDynamicLb'?: (number);
  'allSlavesActive'?: (number);
  'useCarrier'?: (boolean);
  'adActorSysPrio'?: (number);
  'adUserPortKey'?: (number);
  'peerNotifyDelay'?: (number);
  'arpipTargets'?: (_common_NetIP)[];
  'nsip6Targets'?: (_common_NetIP)[];
  'adlacpActive'?: (_talos_resource_definitions_enums_NethelpersADLACPActive);
  'missedMax'?: (number);
  'primary'?: (string);
}

export interface BondMasterSpec__Output {
  'mode': (_talos_resource_definitions_enums_NethelpersBondMode__Output);
  'hashPolicy': (_talos_resource_definitions_enums_NethelpersBondXmitHashPolicy__Output);
  'lacpRate': (_talos_resource_definitions_enums_NethelpersLACPRate__Output);
  'arpValidate': (_talos_resource_definitions_enums_NethelpersARPValidate__Output);
  'arpAllTargets': (_talos_resource_definitions_enums_NethelpersARPAllTargets__Output);
  'primaryIndex': (number);
  'primaryReselect': (_talos_resource_definitions_enums_NethelpersPrimaryReselect__Output);
  'failOverMac': (_talos_resource_definitions_enums_NethelpersFailOverMAC__Output);
  'adSelect': (_talos_resource_definitions_enums_NethelpersADSelect__Output);
  'miiMon': (number);
  'upDelay': (number);
  'downDelay': (number);
  'arpInterval': (number);
  'resendIgmp': (number);
  'minLinks': (number);
  'lpInterval': (number);
  'packetsPerSlave': (number);
  'numPeerNotif': (number);
  'tlbDynamicLb': (number);
  'allSlavesActive': (number);
  'useCarrier': (boolean);
  'adActorSysPrio': (number);
  'adUserPortKey': (number);
  'peerNotifyDelay': (number);
  'arpipTargets': (_common_NetIP__Output)[];
  'nsip6Targets': (_common_NetIP__Output)[];
  'adlacpActive': (_talos_resource_definitions_enums_NethelpersADLACPActive__Output);
  'missedMax': (number);
  'primary': (string);
}
