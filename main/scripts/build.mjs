import { buildApp } from './build-app.mjs'

const { built } = await buildApp({ force: process.argv.includes('--force') })
if (!built) console.log('dist/ is up to date.')
