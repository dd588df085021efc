/** What a model can read off its tools and instructions: which tools there are, what they take and what they insist on. */
import type { ToolDefinition } from './brain.ts';

export class Toolbox {
  private readonly tools: readonly ToolDefinition[];
  private readonly instructions: string;

  constructor(tools: readonly ToolDefinition[], instructions = '') {
    this.tools = tools;
    this.instructions = instructions;
  }

  /** Whether the instructions want a detail of the caller asked that a tool could do without. */
  isToldToAskFor(detail: 'phone' | 'email'): boolean {
    return new RegExp(`\\b(?:ask|collect|get|take)\\b[^.\\n]*\\b${detail}\\b`, 'i').test(this.instructions);
  }

  get isToldToGiveNoAdvice(): boolean {
    return /\bno medical advice\b/i.test(this.instructions);
  }

  has(name: string): boolean {
    return this.tools.some((tool) => tool.name === name);
  }

  /** Whether the tool has a parameter of that name; a tool without a schema is taken to have any. */
  takes(name: string, parameter: string): boolean {
    const properties = this.schema(name)?.properties;
    if (typeof properties !== 'object' || properties === null) return this.has(name);
    return Object.hasOwn(properties, parameter);
  }

  requires(name: string, parameter: string): boolean {
    const required = this.schema(name)?.required;
    return Array.isArray(required) && required.includes(parameter);
  }

  /** The arguments as JSON: what is known, as far as the tool takes it. */
  argumentsFor(name: string, known: Readonly<Record<string, string | undefined>>): string {
    const taken = Object.entries(known).filter(([key, value]) => value !== undefined && this.takes(name, key));
    return JSON.stringify(Object.fromEntries(taken));
  }

  private schema(name: string): Readonly<Record<string, unknown>> | undefined {
    return this.tools.find((tool) => tool.name === name)?.parameters;
  }
}
