export { peopleInOrder } from './directory.ts'
export { emailIndexOf, namesOf, openNames, type Person, type PersonNames, sealNames, type SealedNames } from './names.ts'
