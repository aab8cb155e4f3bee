import { expect, startApp, test } from './app.ts'

test('the launch link works once', async ({ window, app, browser }) => {
  await expect(window.getByRole('heading', { level: 1 })).toBeVisible()
  const other = await browser.newContext()
  const page = await other.newPage()
  await page.goto(app.url)
  await expect(
    page.getByText('Ichor did not answer').or(page.getByText('Ichor is open in another window')),
  ).toBeVisible()
  await other.close()
})

test('a reload takes the session over', async ({ window }) => {
  await expect(window.getByRole('button', { name: 'Try the demo cluster' })).toBeVisible()
  await window.reload()
  await expect(window.getByRole('button', { name: 'Try the demo cluster' })).toBeVisible()
})

test('a process that ended says so, one that crashed is told as lost', async ({ app, page }) => {
  await page.goto(app.url)
  await expect(page.getByRole('button', { name: 'Try the demo cluster' })).toBeVisible()
  await app.kill()
  await expect(page.getByText('The connection to Ichor was lost.')).toBeVisible()

  const second = await startApp()
  await page.goto(second.url)
  await expect(page.getByRole('button', { name: 'Try the demo cluster' })).toBeVisible()
  await second.stop()
  await expect(page.getByRole('heading', { name: 'Ichor has ended' })).toBeVisible()
})
