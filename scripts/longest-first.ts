import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The order of a project's test files, in which those whose names begin with one of `longest` come first: none of them is left
 * alone at the end. Where it has run before, vitest knows how long each file takes; on a clean checkout it goes by their size.
 */
export const longestFirst = (longest: readonly string[]): typeof BaseSequencer =>
  class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const sorted = await super.sort(files)
      const isLong = ({ moduleId }: TestSpecification): boolean => longest.some((name) => basename(moduleId).startsWith(name))
      return [...Map.groupBy(sorted, ({ project }) => project).values()].flatMap((ofProject) => [
        ...ofProject.filter(isLong),
        ...ofProject.filter((file) => !isLong(file)),
      ])
    }
  }
