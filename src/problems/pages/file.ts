import { type Page, refusal } from '../page.ts';

const YAML = 'https://yaml.org/spec/1.2.2/';

/** What is wrong with the settings file as a file and as YAML. */
export const FILE_PAGES = {
  missing: {
    ...refusal,
    title: 'a file is not there',
    why: 'Without it there are no settings to check or render.',
    fix: 'Run `ecar-pool init`, or name the file with `--config FILE`.',
    sources: [],
  },
  directory: {
    ...refusal,
    title: 'a folder stands where a file is needed',
    why: 'Docker makes a folder of a path that it is to mount and does not find, so this is often what a failed start left.',
    fix: 'Name a file in it, or remove it and write the file.',
    sources: ['https://docs.docker.com/engine/storage/bind-mounts/'],
  },
  'no-writer': {
    ...refusal,
    title: 'a pipe that nobody writes to',
    why: 'Reading it would wait for ever.',
    fix: 'Start the program that writes to it, or put a regular file in its place.',
    sources: [],
  },
  'too-large': {
    ...refusal,
    title: 'a file of more than 8 MiB',
    why: 'Ten thousand databases and users make about 1 MB: this is another file than the one that was meant.',
    fix: 'Check the path.',
    sources: [],
  },
  'not-text': {
    ...refusal,
    title: 'a file that is not UTF-8',
    why: 'Bytes that are no text would reach names and passwords as other ones.',
    fix: 'Save the file as UTF-8.',
    sources: [],
  },
  empty: {
    ...refusal,
    title: 'a settings file with nothing in it',
    why: 'There is nothing to check or render.',
    fix: 'Run `ecar-pool init` in another folder for one to start from.',
    sources: [],
  },
  yaml: {
    ...refusal,
    title: 'text that YAML cannot read, or that has no use here',
    why: 'What cannot be read for sure would be guessed, and a guess about a pool shows in production.',
    fix: 'Correct the line that is shown; `ecar-pool schema` lets an editor do it while you type.',
    sources: [YAML],
  },
  'duplicate-key': {
    ...refusal,
    title: 'a key that is in the same map twice',
    why: 'Most readers of YAML take the last one in silence, and someone looks at the first.',
    pgbouncer: 'In pgbouncer.ini, too, the last of several equal keys wins without a word.',
    fix: 'Keep one of the two.',
    sources: [YAML],
  },
  alias: {
    ...refusal,
    title: 'an alias without its anchor',
    why: 'A value that starts with `*` is an alias in YAML, and means what an anchor above stands for.',
    fix: 'Write `&name` before a value above, or put text that starts with `*` in quotes.',
    sources: [YAML],
  },
  'alias-bomb': {
    ...refusal,
    title: 'aliases that repeat more than a hundred thousand values',
    why: 'A few lines of nested aliases can stand for more than a machine has memory.',
    fix: 'Write the values out instead of nesting aliases.',
    sources: [YAML],
  },
  merge: {
    ...refusal,
    title: 'a merge key that merges no map',
    why: '`<<` merges the keys of another map into this one.',
    fix: 'Give it an alias of a map.',
    sources: ['https://yaml.org/type/merge.html'],
  },
  'too-deep': {
    ...refusal,
    title: 'maps or lists nested deeper than 64 levels',
    why: 'Settings are six levels deep: this is another file than the one that was meant.',
    fix: 'Nest less.',
    sources: [],
  },
  dotenv: {
    ...refusal,
    title: 'a line of a .env file that readers of .env take differently',
    why: 'Compose, shells and libraries disagree about what follows a value: `DB_HOST=pgbouncer  # note` is one host to Compose and another to others.',
    fix: "Write NAME='value', one a line, and comments on lines of their own.",
    sources: ['https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/'],
  },
} as const satisfies Record<string, Page>;
