import { expect, it } from 'vitest';
import { writeConninfo } from '../../src/formats/conninfo.ts';

it.each([
  [{ dbname: 'ecar_db', port: '5432' }, "dbname='ecar_db' port='5432'"],
  [{ dbname: `it's a \\ "x"=y` }, `dbname='it\\'s a \\\\ "x"=y'`],
  [{ dbname: 'postgres://host/db' }, "dbname='postgres://host/db'"],
])('%j must be written so that libpq takes each value as it is', (values, text) => {
  expect(writeConninfo(values)).toBe(text);
});
