/**
 * A process that plays the stalled consumer once, at the venue it is told. Broken or not, it knows nothing of that.
 */
import type { Config } from '../config.ts'
import { stallConsumer } from './stalled-consumer.ts'

const PATIENCE_MS = 30_000
const FEED_THREAD = new URL('../feed-thread.ts', import.meta.url)

process.once('message', async (config: Config) => {
  process.send?.(await stallConsumer(config, FEED_THREAD, PATIENCE_MS))
  process.disconnect()
})
