/** What the processes wrote: of which nothing may be an error that nobody handled, and no end that nobody asked for. */
const unhandled = /unhandled|uncaught/i;
/** A stack of what ended a process is no JSON; the greeting is none either. */
const bare = /^\s*(at |\w*Error\b)/;

export class Output {
  /** How often each message came, by level and text. */
  readonly messages = new Map<string, number>();
  readonly faults: string[] = [];
  /** Everything, for whoever wants to look closer. */
  readonly lines: string[] = [];

  /** One that is not ready may say why it can't start: whoever runs it tries again. */
  add(name: string, line: string, isReady: boolean): void {
    this.lines.push(`${name} ${line}`);
    const { level, msg } = parse(line);
    if (msg !== undefined) this.#count(`${level}: ${msg}`);
    if (unhandled.test(msg ?? line) || (isReady && msg === undefined && bare.test(line)))
      this.faults.push(`${name}: ${line.slice(0, 300)}`);
  }

  died(name: string, how: string): void {
    this.faults.push(`${name}: ended by itself (${how})`);
  }

  #count(message: string): void {
    this.messages.set(message, (this.messages.get(message) ?? 0) + 1);
  }
}

function parse(line: string): { level?: string; msg?: string } {
  try {
    return JSON.parse(line) as { level: string; msg: string };
  } catch {
    return {};
  }
}
