import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The order of a run's test files. Those whose names begin with one of `longest` are the first of their project, and their
 * projects the first of the run, so that none of them is left alone at the end. Where it has run before, vitest knows how long
 * each file takes; on a clean checkout it goes by their size.
 */
export const longestFirst = (longest: readonly string[]): typeof BaseSequencer =>
  class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const sorted = await super.sort(files)
      const rank = ({ moduleId }: TestSpecification): number => {
        const at = longest.findIndex((name) => basename(moduleId).startsWith(name))
        return at < 0 ? longest.length : at
      }
      return [...Map.groupBy(sorted, ({ project }) => project).values()]
        .map((ofProject) => ofProject.toSorted((one, other) => rank(one) - rank(other)))
        .toSorted(([one], [other]) => rank(one!) - rank(other!))
        .flat()
    }
  }
