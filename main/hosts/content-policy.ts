/**
 * What the page may do, the same in both hosts. Inline styles stay allowed because Monaco writes them; the policy
 * names after `app-worker` are Monaco's own. Everything else comes from the app's origin or not at all.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types app-worker defaultWorkerFactory diffEditorWidget diffReview domLineBreaksComputer editorGhostText ' +
    'editorViewLayer richScreenReaderContent standaloneColorizer stickyScrollViewLayer tokenizeToString dompurify',
].join('; ')

/** Sent with every answer of either host. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
}
