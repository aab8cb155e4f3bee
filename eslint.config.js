import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import globals from 'globals'
import tseslint from 'typescript-eslint'

/** TLS is set up in one place each for the client and for the simulated nodes; see docs/adr/0003. */
const TLS_WORDS = ['createSsl', 'createInsecure']
const bannedTls = [
  ...TLS_WORDS.map((name) => ({
    selector: `MemberExpression[property.name='${name}']`,
    message: `${name} cannot carry sigalgs, so no stock Talos node would answer from Electron. Use secure-context.ts.`,
  })),
]
const bannedTlsImports = {
  paths: ['node:tls', 'node:http2', 'node:https', 'tls', 'http2', 'https'].map((name) => ({
    name,
    message: 'Raw TLS belongs in main/talos/secure-context.ts (client) or main/simulator/secure-server.ts.',
  })),
}
const bannedDoors = [
  {
    selector: "MemberExpression[object.name='ipcMain']",
    message: 'There is one door into main: main/hosts/electron/ipc-door.ts.',
  },
]

export default tseslint.config(
  {
    ignores: [
      'dist',
      'release',
      '.tsbuild',
      'coverage',
      'test-results',
      'playwright-report',
      'main/talos/generated',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        // One program for all: six of them infer the same types again and again, at half as much time again.
        project: './tests/tsconfig.lint.json',
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/require-await': 'off', // ports are async by shape
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-imports': ['error', bannedTlsImports],
      'no-restricted-syntax': ['error', ...bannedTls, ...bannedDoors],
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
    },
  },
  {
    files: [
      'main/talos/secure-context.ts',
      // Kubernetes' own authority is ECDSA or RSA, never Ed25519: stock TLS will do.
      'main/kubernetes/transport.ts',
      'main/simulator/secure-server.ts',
      'tests/**',
      '**/*.test.ts',
    ],
    rules: { 'no-restricted-imports': 'off', 'no-restricted-syntax': ['error', ...bannedDoors] },
  },
  {
    files: ['main/hosts/electron/ipc-door.ts'],
    rules: { 'no-restricted-syntax': ['error', ...bannedTls] },
  },
  {
    files: ['tests/**/*.ts', '**/*.test.ts', '**/*.test.tsx'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/unbound-method': 'off' },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    ...jsxA11y.flatConfigs.strict,
    languageOptions: { ...jsxA11y.flatConfigs.strict.languageOptions, globals: globals.browser },
  },
  { files: ['renderer/**/*.{ts,tsx}'], ...reactHooks.configs.flat.recommended },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: globals.node },
  },
  prettier,
)
