/** What a guest sends through a connection and receives from it: streams, each with a future of how it went. */
import { SocketError, type SocketErrorCode } from "../../../network/socket-error.ts";
import type { TcpSocket } from "../../../network/tcp-socket.ts";
import { ChunkReader, type Chunks } from "../../../streams/chunk-reader.ts";
import { flushed } from "../../../streams/output-sink.ts";
import { pour } from "../../../streams/pour.ts";
import { SourceChunks } from "../../../streams/source-chunks.ts";
import { StreamFailure } from "../../../streams/stream-failure.ts";
import { err, OK, type Result } from "../result.ts";
import { type ErrorCode, errorCode } from "./error-code.ts";

type Outcome = Promise<Result<ErrorCode>>;

/** The end of the stream is the end of what is sent. */
export function send(socket: TcpSocket, data: Chunks): Outcome {
  const reader = new ChunkReader(data);
  try {
    return settled(sendAll(socket, reader));
  } catch (error) {
    reader.cancel();
    return settled(Promise.resolve(outcomeOf(error)));
  }
}

function sendAll(socket: TcpSocket, reader: ChunkReader): Outcome {
  const sink = socket.takeSink();
  const sending = async (): Promise<Result<ErrorCode>> => {
    try {
      if (!(await pour(reader, sink))) return err(errorCode("connection-broken"));
      await flushed(sink);
      return sink.permit() === undefined ? err(errorCode("connection-broken")) : OK;
    } catch (error) {
      return outcomeOf(error);
    } finally {
      sink.close?.();
      socket.release();
    }
  };
  return sending();
}

/** `dropped` is called when the stream is at its end or nobody reads on. */
export function receive(socket: TcpSocket): [Chunks, Outcome] {
  try {
    const source = socket.takeSource();
    const chunks = new SourceChunks(source);
    const over = chunks.closed.then(() => {
      source.close?.();
      socket.release();
      return chunks.failure === undefined ? OK : outcomeOf(chunks.failure);
    });
    return [chunks, settled(over)];
  } catch (error) {
    return [[], settled(Promise.resolve(outcomeOf(error)))];
  }
}

/** What is neither a failure of the network nor of a socket is the host's own fault, and stays as it is. */
function outcomeOf(error: unknown): Result<ErrorCode> {
  if (error instanceof SocketError) return err(errorCode(error.code));
  if (error instanceof StreamFailure) return err(errorCode((error.code.network as SocketErrorCode | undefined) ?? "unknown"));
  throw error;
}

/** The guest need not look at it. */
function settled(outcome: Outcome): Outcome {
  outcome.catch(() => {});
  return outcome;
}
