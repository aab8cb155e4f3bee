/** What one would type for what the node's screens show. The address goes in as it is dialled. */
export function talosctlFor(node: string): { what: string; command: string }[] {
  const command = (rest: string): string => `talosctl -n ${node} ${rest}`
  return [
    { what: 'overview', command: command('dashboard') },
    { what: 'stage', command: command('get machinestatus -o yaml') },
    { what: 'configuration', command: command("get mc v1alpha1 -o jsonpath='{.spec}'") },
    { what: 'services', command: command('services') },
    { what: 'kernel-log', command: command('dmesg --follow') },
    { what: 'logs', command: command('logs kubelet --follow') },
    { what: 'version', command: command('version') },
  ]
}
