// Sends a file as it is, and tells how far it is: fetch cannot tell. A failure is an ApiFault, as with every other call.
import { ApiFault, path, UNREACHED } from "./http";
import type { ErrorBody, UploadBody } from "./types";

export interface Sending {
  readonly done: Promise<UploadBody>;
  readonly stop: () => void;
}

/** `tell` is given the share that has gone, 0 to 1. */
export function send(file: File, tell: (share: number) => void): Sending {
  const request = new XMLHttpRequest();
  const done = new Promise<UploadBody>((resolve, reject) => {
    request.open("POST", path("/uploads", { name: file.name.slice(-200) }));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => tell(event.lengthComputable ? event.loaded / event.total : 0);
    request.onload = () => {
      const body = read(request.responseText);
      if (request.status === 201 && body) resolve(body as UploadBody);
      else reject(faultOf(request.status, body as ErrorBody | null));
    };
    request.onerror = () => reject(new ApiFault(0, "unreached", UNREACHED));
    request.onabort = () => reject(new ApiFault(0, "stopped", { en: "Stopped.", zh: "已停止。" }));
    request.send(file);
  });
  return { done, stop: () => request.abort() };
}

function faultOf(status: number, body: ErrorBody | null): ApiFault {
  return body?.message ? new ApiFault(status, body.code, body.message, body.field) : new ApiFault(0, "unreached", UNREACHED);
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
