import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The page. Electron serves it from `app://bundle/`, the browser host from `/`, so paths are absolute in both. */
export default defineConfig({
  root: 'renderer',
  base: '/',
  publicDir: false,
  plugins: [react()],
  resolve: {
    alias: [
      // monaco-worker-manager still asks for the path Monaco had before 0.55.
      {
        find: 'monaco-editor/esm/vs/editor/editor.worker.js',
        replacement: 'monaco-editor/editor/editor.worker.js',
      },
    ],
  },
  worker: { format: 'es' },
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome140',
    // An inlined font or picture would need `data:` in more places of the content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 6000,
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
})
