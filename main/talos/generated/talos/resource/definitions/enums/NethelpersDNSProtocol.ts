// Original file: protos/resource/definitions/enums_specs.proto

export const NethelpersDNSProtocol = {
  DNS_PROTOCOL_DEFAULT: 'DNS_PROTOCOL_DEFAULT',
  DNS_PROTOCOL_DNS_OVER_TLS: 'DNS_PROTOCOL_DNS_OVER_TLS',
  DNS_PROTOCOL_DNS_OVER_HTTP: 'DNS_PROTOCOL_DNS_OVER_HTTP',
} as const;

export type NethelpersDNSProtocol =
  | 'DNS_PROTOCOL_DEFAULT'
  | 0
  | 'DNS_PROTOCOL_DNS_OVER_TLS'
  | 1
  | 'DNS_PROTOCOL_DNS_OVER_HTTP'
  | 2

export type NethelpersDNSProtocol__Output = typeof NethelpersDNSProtocol[keyof typeof NethelpersDNSProtocol]
