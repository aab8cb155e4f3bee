import { expect, test } from 'vitest'
import { findLooseSecrets, hideLooseSecrets } from './loose-secrets.ts'

test.each([
  [
    'BOOT_IMAGE=/A/vmlinuz talos.platform=metal siderolink.api=https://omni.casa.lan:8090/?jointoken=w7uVuW3zbVKIYQuzEcyetAHeYMeo5q2L siderolink.foo=1',
    'BOOT_IMAGE=/A/vmlinuz talos.platform=metal siderolink.api=https://omni.casa.lan:8090/?jointoken=«secret» siderolink.foo=1',
  ],
  [
    'talos.config=https://conf.casa.lan/m?uuid=${uuid}&t=s3cr3t&mac=${mac} console=tty0',
    'talos.config=https://conf.casa.lan/m?uuid=${uuid}&t=«secret»&mac=${mac} console=tty0',
  ],
  ['talos.config=https://ana:hunter2@conf.casa.lan/m', 'talos.config=https://ana:«secret»@conf.casa.lan/m'],
  ['x talos.config.inline=KLUv/QBYYQA y', 'x talos.config.inline=«secret» y'],
  [
    'talos.config.oauth.client_secret=abc talos.config.oauth.client_id=ichor',
    'talos.config.oauth.client_secret=«secret» talos.config.oauth.client_id=ichor',
  ],
  ['    - TS_AUTHKEY=tskey-auth-k1-2', '    - TS_AUTHKEY=«secret»'],
  ['    - "TS_AUTHKEY=tskey auth"', '    - "TS_AUTHKEY=«secret»"'],
  ['    DB_PASSWORD: hunter2 # mine\n    OTHER: x\n', '    DB_PASSWORD: «secret» # mine\n    OTHER: x\n'],
  ['variables: {DB_PASSWORD: hunter2, A: b}', 'variables: {DB_PASSWORD: «secret», A: b}'],
  ['http_proxy: http://u:p@10.0.0.1:3128', 'http_proxy: http://u:«secret»@10.0.0.1:3128'],
  [
    'console=ttyS0 talos.platform=metal printk.devkmsg=on',
    'console=ttyS0 talos.platform=metal printk.devkmsg=on',
  ],
  ['https://10.0.20.10:6443 and [fd00::1]:50000', 'https://10.0.20.10:6443 and [fd00::1]:50000'],
])('%s', (text, hidden) => {
  expect(hideLooseSecrets(text)).toBe(hidden)
  expect(hideLooseSecrets(hidden)).toBe(hidden)
})

test('two patterns that meet give one place', () => {
  const text = 'talos.config=https://a/?token=abc&x=1'
  expect(findLooseSecrets(text).map(({ from, to }) => text.slice(from, to))).toEqual(['abc', '1'])
})
