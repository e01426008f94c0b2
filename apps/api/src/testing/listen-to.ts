import pg from 'pg'
import { type Notifications, startNotifications } from '../db/notifications.ts'
import { connectionConfig } from '../db/pool.ts'
import type { ProgramRole } from '../db/roles.ts'
import type { TestDatabase } from '../db/testing.ts'
import { quietLogger } from './quiet-logger.ts'

/** The LISTEN connection of one replica, as this role. */
export const listenTo = (database: TestDatabase, role: ProgramRole): Notifications =>
  startNotifications({
    connect: () => new pg.Client(connectionConfig(database.login(role), 'notifications')),
    logger: quietLogger(),
  })
