import { expect, test } from 'vitest'
import { calmOf } from './explore-calm.ts'
import { parseScheduleFile, type ScheduleFile } from './explore-file.ts'
import { scheduleAt } from './explore-schedules.ts'
import { eventsOf, shrink } from './explore-shrink.ts'

/** A schedule that has what it takes, from the ones there are. */
function firstWith(has: (file: ScheduleFile) => boolean): ScheduleFile {
  for (let index = 0; index < 2_000; index += 1) {
    const file = scheduleAt('shrink', index)
    if (has(file)) return file
  }
  throw new Error('no schedule of this seed has it')
}

function isReadable(file: ScheduleFile): boolean {
  try {
    return parseScheduleFile(file) !== null
  } catch {
    return false
  }
}

test('what is left of a failing schedule is what makes it fail, and nothing else', async () => {
  const fails = (file: ScheduleFile): boolean => {
    const { faults, changes, settings } = file
    const has = faults.some(({ party }) => party === 'rest-reply') && changes.length > 0
    return has && settings['ENTRY_RETRIES_MAX'] === '2' && isReadable(file)
  }
  const from = firstWith((file) => fails(file) && eventsOf(file) >= 5)
  const { file, plays } = await shrink(from, async (candidate) => fails(candidate), 2_000)
  expect(eventsOf(file)).toBe(2)
  const { faults, changes, settings, ...rest } = calmOf(file)
  expect(file).toMatchObject(rest)
  expect(file.settings).toEqual({ ...settings, ENTRY_RETRIES_MAX: '2' })
  expect(Object.keys(file.faults[0]!).toSorted()).toEqual(['name', 'op', 'party', 'verdict'])
  expect(plays).toBeLessThan(300)
})

test('of several symbols only one is left where one is enough', async () => {
  const from = firstWith(({ settings }) => settings['SYMBOLS_TO_TRADE']!.split(',').length === 3)
  const fails = (file: ScheduleFile): boolean =>
    file.settings['SYMBOLS_TO_TRADE']!.includes(from.settings['SYMBOLS_TO_TRADE']!.split(',')[1]!) && isReadable(file)
  const { file } = await shrink(from, async (candidate) => fails(candidate), 2_000)
  expect(file.settings['SYMBOLS_TO_TRADE']).toBe(from.settings['SYMBOLS_TO_TRADE']!.split(',')[1])
  expect(file.world['instruments']).toHaveLength(1)
})

test('a schedule that fails whatever it is made of becomes the calm one, which can be read', async () => {
  const { file } = await shrink(scheduleAt('shrink', 7), async () => true, 2_000)
  expect(file).toEqual(calmOf(file))
  expect(parseScheduleFile(file)).toEqual(file)
})

test('it plays no more schedules than it may, and answers with the smallest so far', async () => {
  const from = firstWith((file) => eventsOf(file) >= 4)
  let asked = 0
  const { file, plays } = await shrink(
    from,
    async () => {
      asked += 1
      return asked === 2 // the first is the calm one as a whole
    },
    5,
  )
  expect([asked, plays]).toEqual([5, 5])
  expect(eventsOf(file)).toBeLessThan(eventsOf(from))
})
