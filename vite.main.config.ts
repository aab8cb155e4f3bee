import { builtinModules } from 'node:module'
import { defineConfig } from 'vite'

/**
 * Everything that runs in Node, bundled whole so that the packaged app carries no node_modules. CommonJS, because
 * Electron guarantees it before `ready`; chunks, because what is imported lazily should be read lazily.
 */
export default defineConfig({
  publicDir: false,
  resolve: { conditions: ['node', 'import', 'module', 'default'] },
  ssr: { noExternal: true, external: ['electron'] },
  build: {
    ssr: true,
    outDir: 'dist/main',
    emptyOutDir: true,
    target: 'node20',
    minify: true,
    rolldownOptions: {
      checks: { bundlerTimings: false },
      input: {
        electron: 'main/electron.ts',
        browser: 'main/browser.ts',
        simulator: 'main/simulator/cli.ts',
        'simulator-thread': 'main/simulator/thread.ts',
      },
      external: ['electron', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)],
      output: {
        format: 'cjs',
        // @peculiar/x509 breaks when it runs before reflect-metadata, which shares no import with it.
        strictExecutionOrder: true,
        entryFileNames: '[name].cjs',
        chunkFileNames: 'chunks/[name]-[hash].cjs',
      },
    },
  },
})
