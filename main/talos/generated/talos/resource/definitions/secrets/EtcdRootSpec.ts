// Original file: protos/resource/definitions/secrets_specs.proto

import type { PEMEncodedCertificateAndKey as _common_PEMEncodedCertificateAndKey, PEMEncodedCertificateAndKey__Output as _common_PEMEncodedCertificateAndKey__Output } from '../../../../common/PEMEncodedCertificateAndKey.ts';

export interface EtcdRootSpec {
  'etcdCa'?: (_common_PEMEncodedCertificateAndKey | null);
}

export interface EtcdRootSpec__Output {
  'etcdCa': (_common_PEMEncodedCertificateAndKey__Output | null);
}
