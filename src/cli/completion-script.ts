import type { Command, Option } from 'commander';

/** The completion script of a shell for all commands and options of a program. */
export function writeCompletion(program: Command, shell: string): string {
  if (shell === 'fish') return writeFish(program);
  const script = writeBash(program);
  // zsh reads bash's completions through its own bridge.
  return shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${script}` : script;
}

const namesOf = (options: readonly Option[]) =>
  options.flatMap(({ short, long }) => [short, long].filter((name) => name !== undefined));
const choicesOf = (command: Command) =>
  command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
const takesFile = (command: Command) => command.registeredArguments.some((each) => each.name() === 'file');
const takesValue = (option: Option) => option.required || option.optional;

function writeBash(program: Command): string {
  const globals = [...namesOf(program.options), '--help'];
  const valued = [
    ...new Set([program, ...program.commands].flatMap(({ options }) => namesOf(options.filter(takesValue)))),
  ];
  const names = program.commands.map((command) => command.name());
  const cases = program.commands.map((command) => {
    const words = [...choicesOf(command), ...namesOf(command.options), ...globals];
    const files = takesFile(command) ? ' files=yes' : '';
    return `    ${command.name()}) words='${words.join(' ')}'${files} ;;`;
  });
  return `_ecar_pool() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= words files= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${names.join('|')}) command=$word; break ;;
    esac
  done
  case $previous in
    ${valued.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case $command in
${cases.join('\n')}
    *) words='${[...names, ...globals].join(' ')}' ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ -z $files ]] || COMPREPLY+=($(compgen -f -- "$current"))
}
complete -F _ecar_pool ecar-pool
`;
}

function writeFish(program: Command): string {
  const quote = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const optionLine = (option: Option, condition: string) => {
    const short = option.short ? ` -s ${option.short.slice(1)}` : '';
    const long = option.long ? ` -l ${option.long.slice(2)}` : '';
    return `complete -c ecar-pool${condition}${short}${long}${takesValue(option) ? ' -r' : ''} -d ${quote(option.description)}`;
  };
  const lines = ['complete -c ecar-pool -f', ...program.options.map((option) => optionLine(option, ''))];
  for (const command of program.commands) {
    const isChosen = ` -n '__fish_seen_subcommand_from ${command.name()}'`;
    lines.push(
      `complete -c ecar-pool -n __fish_use_subcommand -a ${command.name()} -d ${quote(command.description())}`,
    );
    const choices = choicesOf(command);
    if (choices.length > 0) lines.push(`complete -c ecar-pool${isChosen} -a ${quote(choices.join(' '))}`);
    if (takesFile(command)) lines.push(`complete -c ecar-pool${isChosen} -F`);
    lines.push(...command.options.map((option) => optionLine(option, isChosen)));
  }
  return `${lines.join('\n')}\n`;
}
