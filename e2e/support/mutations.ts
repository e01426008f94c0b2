/**
 * One way to drive each route that changes something, once and successfully. A new route without a driver does not compile, and
 * does not pass the test that compares this table with the routes.
 */
import type { Testbed } from '@sallyport/testbed'
import { accessDrivers } from './access-drivers.ts'
import { browserDrivers } from './browser-drivers.ts'
import { catalogueDrivers } from './catalogue-drivers.ts'
import type { Driver, MutatingRoute } from './driver.ts'
import { Furniture } from './furniture.ts'
import { gatewayDrivers } from './gateway-drivers.ts'
import { identityDrivers } from './identity-drivers.ts'
import { peopleDrivers } from './people-drivers.ts'
import { previewDrivers } from './preview-drivers.ts'
import { serviceAccountDrivers } from './service-account-drivers.ts'
import { storeDrivers } from './store-drivers.ts'
import { rotationDrivers } from './rotation-drivers.ts'
import { viewDrivers } from './view-drivers.ts'

export const mutationDrivers = (bed: Testbed): Readonly<Record<MutatingRoute, Driver>> => {
  const its = new Furniture(bed)
  return {
    ...catalogueDrivers(its),
    ...storeDrivers(its),
    ...serviceAccountDrivers(its),
    ...peopleDrivers(its),
    ...accessDrivers(its),
    ...identityDrivers(its),
    ...browserDrivers(its),
    ...gatewayDrivers(its),
    ...viewDrivers(its),
    ...previewDrivers(its),
    ...rotationDrivers(its),
  }
}
