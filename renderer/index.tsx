import './app/tokens.css'
import './app/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App.tsx'
import { Providers } from './app/Providers.tsx'
import { findBridge } from './ipc/find-bridge.ts'
import { createTalosClient } from './ipc/talos-client.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root.')

const client = createTalosClient(findBridge())
createRoot(root).render(
  <StrictMode>
    <Providers client={client}>
      <App />
    </Providers>
  </StrictMode>,
)
