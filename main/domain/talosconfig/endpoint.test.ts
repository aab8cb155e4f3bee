import { expect, test } from 'vitest'
import { formatEndpoint, parseEndpoint } from './endpoint.ts'

test.each([
  ['10.0.20.11', '10.0.20.11', 50000],
  ['10.0.20.11:50001', '10.0.20.11', 50001],
  ['cp1.home.arpa', 'cp1.home.arpa', 50000],
  ['cp1:6000', 'cp1', 6000],
  ['fd00::5', 'fd00::5', 50000],
  ['[fd00::5]', 'fd00::5', 50000],
  ['[fd00::5]:50001', 'fd00::5', 50001],
  ['fe80::1%eth0', 'fe80::1%eth0', 50000],
  ['https://talos.example.org', 'talos.example.org', 443],
  ['https://talos.example.org:50000/', 'talos.example.org', 50000],
  ['https://[fd00::5]', 'fd00::5', 443],
  [' 10.0.20.11 ', '10.0.20.11', 50000],
])('%s is read as talosctl reads it', (text, host, port) => {
  expect(parseEndpoint(text)).toEqual({ host, port })
})

test.each([
  '',
  'http://10.0.20.11',
  '10.0.20.11:0',
  '10.0.20.11:70000',
  '10.0.20.11:x',
  'a b',
  'https://',
  '[fd00::5',
])('"%s" is no endpoint', (text) => {
  expect(parseEndpoint(text)).toBeUndefined()
})

test('an IPv6 endpoint is written with brackets', () => {
  expect(formatEndpoint({ host: 'fd00::5', port: 50000 })).toBe('[fd00::5]:50000')
  expect(formatEndpoint({ host: '10.0.20.11', port: 443 })).toBe('10.0.20.11:443')
})
