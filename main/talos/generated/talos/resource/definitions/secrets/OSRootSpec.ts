// Original file: protos/resource/definitions/secrets_specs.proto

import type { PEMEncodedCertificateAndKey as _common_PEMEncodedCertificateAndKey, PEMEncodedCertificateAndKey__Output as _common_PEMEncodedCertificateAndKey__Output } from '../../../../common/PEMEncodedCertificateAndKey.ts';
import type { NetIP as _common_NetIP, NetIP__Output as _common_NetIP__Output } from '../../../../common/NetIP.ts';
import type { PEMEncodedCertificate as _common_PEMEncodedCertificate, PEMEncodedCertificate__Output as _common_PEMEncodedCertificate__Output } from '../../../../common/PEMEncodedCertificate.ts';

export interface OSRootSpec {
  'issuingCa'?: (_common_PEMEncodedCertificateAndKey | null);
  'certSaniPs'?: (_common_NetIP)[];
  'certSandnsNames'?: (string)[];
  'token'?: (string);
  'acceptedCAs'?: (_common_PEMEncodedCertificate)[];
}

export interface OSRootSpec__Output {
  'issuingCa': (_common_PEMEncodedCertificateAndKey__Output | null);
  'certSaniPs': (_common_NetIP__Output)[];
  'certSandnsNames': (string)[];
  'token': (string);
  'acceptedCAs': (_common_PEMEncodedCertificate__Output)[];
}
