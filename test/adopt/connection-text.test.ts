import { describe, expect, it } from 'vitest';
import { readConnectionText } from '../../src/adopt/connection-text.ts';

describe('a connection string', () => {
  it.each([
    ['postgres://u:p@db/app', 'postgres://u:p@pgbouncer:6432/app'],
    ['postgresql://u:${P}@db:5432/app?schema=public', 'postgresql://u:${P}@pgbouncer:6432/app?schema=public'],
    [
      'postgresql+psycopg2://${U:-u}:${P:?need}@${H:-db}:${PORT:-5432}/${D:-app}',
      'postgresql+psycopg2://${U:-u}:${P:?need}@pgbouncer:6432/${D:-app}',
    ],
    ['ecto://u:p%40ss@db/app', 'ecto://u:p%40ss@pgbouncer:6432/app'],
    ['jdbc:postgresql://db:5432/app?currentSchema=x', 'jdbc:postgresql://pgbouncer:6432/app?currentSchema=x'],
    ['r2dbc:postgresql://u:p@db:5432/app', 'r2dbc:postgresql://u:p@pgbouncer:6432/app'],
    ['db+postgresql://u:p@db/app', 'db+postgresql://u:p@pgbouncer:6432/app'],
    ['postgres://u:a$$b@db/app', 'postgres://u:a$$b@pgbouncer:6432/app'],
    ['host=db user=u password=${P} dbname=app', 'host=pgbouncer user=u password=${P} dbname=app port=6432'],
    [
      'Host=db;Port=5432;Database=app;Username=u;Password=${P}',
      'Host=pgbouncer;Port=6432;Database=app;Username=u;Password=${P}',
    ],
  ])('%s must lead to the pool and keep the rest', (text, expected) => {
    expect(readConnectionText(text)?.write({ host: 'pgbouncer', port: 6432 })).toBe(expected);
  });

  it.each([
    'redis://db:6379/0',
    'db',
    'http://db/?host=db',
    'postgres://u:p@a,b:5432/app',
    'postgres://u@db/app?host=/run/postgresql',
    'jdbc:postgresql://db/app?user=u&sslpassword=secret',
    '${DATABASE_URL}',
  ])('%s must be none that is understood', (text) => {
    expect(readConnectionText(text)).toBeUndefined();
  });

  it('must take another password and sslmode where it is told', () => {
    const text = readConnectionText('postgres://u:secret@db/app?sslmode=require&a=b');
    const place = { host: 'h', port: 1, password: '${P}', sslmode: 'prefer' };
    expect(text?.write(place)).toBe('postgres://u:${P}@h:1/app?sslmode=prefer&a=b');
  });

  it('must find user and password among the parameters, where JDBC has them', () => {
    const text = readConnectionText('jdbc:postgresql://db:5432/app?ssl=false&user=u&password=secret&a=b');
    expect(text).toMatchObject({ user: 'u', password: 'secret', database: 'app' });
    expect(text?.write({ host: 'h', port: 1, password: '${P}' })).toBe(
      'jdbc:postgresql://h:1/app?ssl=false&user=u&password=${P}&a=b',
    );
    const open = readConnectionText('postgres://u@db/app?password=${P:-x}');
    expect(open).toMatchObject({ user: 'u', password: '${P:-x}' });
    expect(open?.write({ host: 'h', port: 1 })).toBe('postgres://u@h:1/app?password=${P:-x}');
  });
});
