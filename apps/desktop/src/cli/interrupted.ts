/** The person pressed Ctrl-C at a question: nothing is said, the program ends. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted')
    this.name = 'Interrupted'
  }
}
