/** `wasi:cli/terminal-*`: that a stream is a terminal is all they tell. */
export class TerminalInput {}
export class TerminalOutput {}

interface End {
  readonly isTerminal?: boolean;
}

export const terminalInput = { TerminalInput };
export const terminalOutput = { TerminalOutput };
export const terminalStdin = (end: End) => ({
  getTerminalStdin: (): TerminalInput | undefined => (end.isTerminal === true ? new TerminalInput() : undefined),
});
export const terminalStdout = (end: End) => ({
  getTerminalStdout: (): TerminalOutput | undefined => (end.isTerminal === true ? new TerminalOutput() : undefined),
});
export const terminalStderr = (end: End) => ({
  getTerminalStderr: (): TerminalOutput | undefined => (end.isTerminal === true ? new TerminalOutput() : undefined),
});
