/** The `sallyport` command. */
import { runProgram } from './program.ts'
import { endWhenReaderGoes } from './terminal/output.ts'

endWhenReaderGoes(process.stdout, () => process.exit())
endWhenReaderGoes(process.stderr, () => process.exit())
process.exitCode = await runProgram(process.argv.slice(2))
