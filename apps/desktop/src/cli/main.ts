/** The `sallyport` command. */
import { runProgram } from './program.ts'
import { endWhenReaderGoes } from './terminal/output.ts'

endWhenReaderGoes(process.stdout, () => process.exit())
endWhenReaderGoes(process.stderr, () => process.exit())

const run = async (): Promise<void> => {
  process.exitCode = await runProgram(process.argv.slice(2))
}
// What a command throws is printed by the program itself; what is left is a defect, and ends it as one.
run().catch((error: unknown) => {
  throw error
})
