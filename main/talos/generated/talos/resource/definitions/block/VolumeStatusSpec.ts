// Original file: protos/resource/definitions/block_specs.proto

import type { BlockVolumePhase as _talos_resource_definitions_enums_BlockVolumePhase, BlockVolumePhase__Output as _talos_resource_definitions_enums_BlockVolumePhase__Output } from '../../../../talos/resource/definitions/enums/BlockVolumePhase.ts';
import type { BlockFilesystemType as _talos_resource_definitions_enums_BlockFilesystemType, BlockFilesystemType__Output as _talos_resource_definitions_enums_BlockFilesystemType__Output } from '../../../../talos/resource/definitions/enums/BlockFilesystemType.ts';
import type { BlockEncryptionProviderType as _talos_resource_definitions_enums_BlockEncryptionProviderType, BlockEncryptionProviderType__Output as _talos_resource_definitions_enums_BlockEncryptionProviderType__Output } from '../../../../talos/resource/definitions/enums/BlockEncryptionProviderType.ts';
import type { MountSpec as _talos_resource_definitions_block_MountSpec, MountSpec__Output as _talos_resource_definitions_block_MountSpec__Output } from '../../../../talos/resource/definitions/block/MountSpec.ts';
import type { BlockVolumeType as _talos_resource_definitions_enums_BlockVolumeType, BlockVolumeType__Output as _talos_resource_definitions_enums_BlockVolumeType__Output } from '../../../../talos/resource/definitions/enums/BlockVolumeType.ts';
import type { SymlinkProvisioningSpec as _talos_resource_definitions_block_SymlinkProvisioningSpec, SymlinkProvisioningSpec__Output as _talos_resource_definitions_block_SymlinkProvisioningSpec__Output } from '../../../../talos/resource/definitions/block/SymlinkProvisioningSpec.ts';
import type { TPMEncryptionOptionsInfo as _talos_resource_definitions_block_TPMEncryptionOptionsInfo, TPMEncryptionOptionsInfo__Output as _talos_resource_definitions_block_TPMEncryptionOptionsInfo__Output } from '../../../../talos/resource/definitions/block/TPMEncryptionOptionsInfo.ts';
import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../../../google/protobuf/Duration.ts';
import type { Long } from '@grpc/proto-loader';

export interface VolumeStatusSpec {
  'phase'?: (_talos_resource_definitions_enums_BlockVolumePhase);
  'location'?: (string);
  'errorMessage'?: (string);
  'uuid'?: (string);
  'partitionUuid'?: (string);
  'preFailPhase'?: (_talos_resource_definitions_enums_BlockVolumePhase);
  'parentLocation'?: (string);
  'partitionIndex'?: (number | string | Long);
  'size'?: (number | string | Long);
  'filesystem'?: (_talos_resource_definitions_enums_BlockFilesystemType);
  'mountLocation'?: (string);
  'encryptionProvider'?: (_talos_resource_definitions_enums_BlockEncryptionProviderType);
  'prettySize'?: (string);
  'encryptionFailedSyncs'?: (string)[];
  'mountSpec'?: (_talos_resource_definitions_block_MountSpec | null);
  'type'?: (_talos_resource_definitions_enums_BlockVolumeType);
  'configuredEncryptionKeys'?: (string)[];
  'symlinkSpec'?: (_talos_resource_definitions_block_SymlinkProvisioningSpec | null);
  'parentId'?: (string);
  'encryptionLockedToState'?: (boolean);
  'encryptionSlot'?: (number | string | Long);
  'tpmEncryptionOptions'?: (_talos_resource_definitions_block_TPMEncryptionOptionsInfo | null);
  'encryptionAllowDiscards'?: (boolean);
  'trimEnabled'?: (boolean);
  'trimInterval'?: (_google_protobuf_Duration | null);
  'scrubEnabled'?: (boolean);
  'scrubInterval'?: (_google_protobuf_Duration | null);
}

export interface VolumeStatusSpec__Output {
  'phase': (_talos_resource_definitions_enums_BlockVolumePhase__Output);
  'location': (string);
  'errorMessage': (string);
  'uuid': (string);
  'partitionUuid': (string);
  'preFailPhase': (_talos_resource_definitions_enums_BlockVolumePhase__Output);
  'parentLocation': (string);
  'partitionIndex': (string);
  'size': (string);
  'filesystem': (_talos_resource_definitions_enums_BlockFilesystemType__Output);
  'mountLocation': (string);
  'encryptionProvider': (_talos_resource_definitions_enums_BlockEncryptionProviderType__Output);
  'prettySize': (string);
  'encryptionFailedSyncs': (string)[];
  'mountSpec': (_talos_resource_definitions_block_MountSpec__Output | null);
  'type': (_talos_resource_definitions_enums_BlockVolumeType__Output);
  'configuredEncryptionKeys': (string)[];
  'symlinkSpec': (_talos_resource_definitions_block_SymlinkProvisioningSpec__Output | null);
  'parentId': (string);
  'encryptionLockedToState': (boolean);
  'encryptionSlot': (string);
  'tpmEncryptionOptions': (_talos_resource_definitions_block_TPMEncryptionOptionsInfo__Output | null);
  'encryptionAllowDiscards': (boolean);
  'trimEnabled': (boolean);
  'trimInterval': (_google_protobuf_Duration__Output | null);
  'scrubEnabled': (boolean);
  'scrubInterval': (_google_protobuf_Duration__Output | null);
}
