// Original file: protos/resource/definitions/secrets_specs.proto

import type { URL as _common_URL, URL__Output as _common_URL__Output } from '../../../../common/URL.ts';
import type { PEMEncodedCertificateAndKey as _common_PEMEncodedCertificateAndKey, PEMEncodedCertificateAndKey__Output as _common_PEMEncodedCertificateAndKey__Output } from '../../../../common/PEMEncodedCertificateAndKey.ts';
import type { PEMEncodedKey as _common_PEMEncodedKey, PEMEncodedKey__Output as _common_PEMEncodedKey__Output } from '../../../../common/PEMEncodedKey.ts';
import type { NetIP as _common_NetIP, NetIP__Output as _common_NetIP__Output } from '../../../../common/NetIP.ts';
import type { PEMEncodedCertificate as _common_PEMEncodedCertificate, PEMEncodedCertificate__Output as _common_PEMEncodedCertificate__Output } from '../../../../common/PEMEncodedCertificate.ts';
import type { Struct as _google_protobuf_Struct, Struct__Output as _google_protobuf_Struct__Output } from '../../../../google/protobuf/Struct.ts';

export interface KubernetesRootSpec {
  'name'?: (string);
  'endpoint'?: (_common_URL | null);
  'localEndpoint'?: (_common_URL | null);
  'certSaNs'?: (string)[];
  'dnsDomain'?: (string);
  'issuingCa'?: (_common_PEMEncodedCertificateAndKey | null);
  'serviceAccount'?: (_common_PEMEncodedKey | null);
  'aggregatorCa'?: (_common_PEMEncodedCertificateAndKey | null);
  'aescbcEncryptionSecret'?: (string);
  'bootstrapTokenId'?: (string);
  'bootstrapTokenSecret'?: (string);
  'secretboxEncryptionSecret'?: (string);
  'apiServerIps'?: (_common_NetIP)[];
  'acceptedCAs'?: (_common_PEMEncodedCertificate)[];
  'etcdEncryptionConfig'?: (_google_protobuf_Struct | null);
  'acceptedAggregatorCAs'?: (_common_PEMEncodedCertificate)[];
  'serviceAccountAcceptedKeys'?: (_common_PEMEncodedKey)[];
  'issuerUrl'?: (string);
  'acceptedIssuers'?: (string)[];
  'apiAudiences'?: (string)[];
}

export interface KubernetesRootSpec__Output {
  'name': (string);
  'endpoint': (_common_URL__Output | null);
  'localEndpoint': (_common_URL__Output | null);
  'certSaNs': (string)[];
  'dnsDomain': (string);
  'issuingCa': (_common_PEMEncodedCertificateAndKey__Output | null);
  'serviceAccount': (_common_PEMEncodedKey__Output | null);
  'aggregatorCa': (_common_PEMEncodedCertificateAndKey__Output | null);
  'aescbcEncryptionSecret': (string);
  'bootstrapTokenId': (string);
  'bootstrapTokenSecret': (string);
  'secretboxEncryptionSecret': (string);
  'apiServerIps': (_common_NetIP__Output)[];
  'acceptedCAs': (_common_PEMEncodedCertificate__Output)[];
  'etcdEncryptionConfig': (_google_protobuf_Struct__Output | null);
  'acceptedAggregatorCAs': (_common_PEMEncodedCertificate__Output)[];
  'serviceAccountAcceptedKeys': (_common_PEMEncodedKey__Output)[];
  'issuerUrl': (string);
  'acceptedIssuers': (string)[];
  'apiAudiences': (string)[];
}
