/**
 * The exchange's process: `node src/exchange/main.ts --world FILE`. Everything it does is in `command.ts`.
 */
import { runExchange } from './command.ts'

process.exit(await runExchange(process.argv.slice(2)))
