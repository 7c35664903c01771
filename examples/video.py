"""Finds objects in a video, a folder of pictures or what a camera sees, and says where the time goes: the twin of
video.cpp. A folder needs visionkit alone, all else OpenCV's cv2.

    python video.py model.pt street.mp4 --out seen.avi       every frame, as fast as it goes, with the boxes drawn in
    python video.py model.pt street.mp4 --realtime           at the pace of the video, as if it were a camera
    python video.py model.pt frames/ --out seen              a folder of pictures, in the order of their names, to a folder
    python video.py model.pt 0                               the first camera, until Ctrl-C

Reading, detecting and writing work at the same time, each one frame ahead of the next: visionkit releases Python's lock
while it works. A camera does not wait: a frame that nobody has taken when the next one comes is dropped (policy latest), so
that answers stay fresh however slow the model is. A file can wait (policy every). The age of a frame is the time from its
capture to its answer.

Exit code: 0 the end was reached or Ctrl-C was pressed, 1 some frames or all of them could not be read, 2 nothing could be
done.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import support
import visionkit
from support import Pixels

T = TypeVar("T")
Sink = Callable[[Pixels, int], None]  # takes drawn frames with their index in the source
STAGES = ("decode", "detect", "draw", "write", "frame age")


class Slot(Generic[T]):
    """A place for one value between threads. Where it drops, the newest takes the place of one that waits."""

    def __init__(self, drops: bool) -> None:
        self.drops = drops
        self.dropped = 0
        self.changed = threading.Condition()
        self.values: list[T] = []
        self.is_closed = False

    def put(self, value: T) -> bool:
        """False when the slot is closed."""
        with self.changed:
            if not self.drops:
                self.changed.wait_for(lambda: not self.values or self.is_closed)
            if self.is_closed:
                return False
            self.dropped += len(self.values)
            self.values = [value]
            self.changed.notify_all()
            return True

    def take(self) -> T | None:
        """Waits for a value; None when the slot is closed and empty."""
        with self.changed:
            self.changed.wait_for(lambda: self.values or self.is_closed)
            taken = self.values.pop() if self.values else None
            self.changed.notify_all()
            return taken

    def close(self) -> None:
        with self.changed:
            self.is_closed = True
            self.changed.notify_all()


class Frame(NamedTuple):
    pixels: Pixels  # RGB
    place: int  # in the source, dropped frames counted
    captured: float


class SeenFrame(NamedTuple):
    frame: Frame
    objects: visionkit.Detections
    detect_s: float
    age_s: float  # from capture to answer


class Source(NamedTuple):
    frames: Iterator[Callable[[], Pixels]]  # each is read by its call, which raises visionkit.Error for one that is lost
    fps: float = 30
    is_camera: bool = False


def open_source(name: str) -> Source:
    if os.path.isdir(name):
        files = [picture.file for picture in support.find_pictures([name])]
        return Source(iter([partial(visionkit.read_image, file) for file in files]))
    import cv2

    is_camera = len(name) <= 3 and name.isdecimal()
    capture = cv2.VideoCapture(int(name)) if is_camera else cv2.VideoCapture(name)
    if not capture.isOpened():
        raise ValueError(f"cannot open '{name}': expected a video, a folder of pictures or a camera's number")

    def frames() -> Iterator[Callable[[], Pixels]]:
        while True:
            is_read, pixels = capture.read()
            if not is_read:
                return
            yield partial(np.asarray, cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)

    return Source(frames(), capture.get(cv2.CAP_PROP_FPS) or 30, is_camera)


def open_sink(path: str, fps: float) -> Sink:
    """Writes into a video (.avi as Motion JPEG, .mp4 as MPEG-4) or as pictures into a folder."""
    extension = pathlib.Path(path).suffix
    if extension not in (".avi", ".mp4"):
        os.makedirs(path, exist_ok=True)
        return lambda image, index: visionkit.write_image(os.path.join(path, f"{index:06}.jpg"), image)
    import cv2

    codec = cv2.VideoWriter.fourcc(*("MJPG" if extension == ".avi" else "mp4v"))
    writer = cv2.VideoWriter()
    before: list[Any] = []  # the last picture
    written = 0

    def write(image: Pixels, index: int) -> None:
        nonlocal written
        pixels = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        if not before and not writer.open(path, codec, fps, (pixels.shape[1], pixels.shape[0])):
            raise ValueError(f"cannot write '{path}'")
        if before and before[0].shape != pixels.shape:
            raise ValueError("the pictures have different sizes, which no video can hold: write them to a folder")
        for _ in range(written, index):  # where frames were dropped, so that the video keeps its pace
            writer.write(before[0] if before else pixels)
        writer.write(pixels)
        before[:] = [pixels]
        written = index + 1

    return write


class Pipeline:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self.source = open_source(arguments.source)
        self.detector = support.load_detector(arguments)
        self.fps = arguments.fps or self.source.fps
        self.is_paced = arguments.realtime and not self.source.is_camera
        self.policy = arguments.policy or ("latest" if arguments.realtime or self.source.is_camera else "every")
        self.sink = open_sink(arguments.out, self.fps) if arguments.out else None
        self.captured: Slot[Frame] = Slot(drops=self.policy == "latest")
        self.seen: Slot[tuple[int, SeenFrame]] = Slot(drops=False)
        self.interrupted = threading.Event()
        self.taking = threading.Lock()
        self.taken = 0
        self.ending = threading.Lock()
        self.working = arguments.workers
        self.failure: BaseException | None = None
        # Each is used by one thread until all have ended.
        self.times: dict[str, list[float]] = {stage: [] for stage in STAGES}
        self.lost = self.finished = self.objects = 0
        self.start = self.end = 0.0
        self.status = support.StatusLine()

    def run(self) -> int:
        print(f"{self.fps:.4g} fps, policy {self.policy}", flush=True)
        self.start = time.monotonic()
        work = [self.detect] * self.working + [self.capture]
        threads = [threading.Thread(target=self.guard, args=(each,)) for each in work]
        for thread in threads:
            thread.start()
        self.guard(self.collect)
        for thread in threads:
            thread.join()
        if self.failure:
            raise self.failure
        self.print_summary()
        if not self.finished and not self.interrupted.is_set():
            print("there are no frames", file=sys.stderr)
            return 1
        return 1 if self.lost else 0

    def guard(self, work: Callable[[], None]) -> None:
        """Runs the work of a thread. When it fails, the others end, too, and run() raises what the first failure was."""
        try:
            work()
        except BaseException as error:
            with self.ending:
                self.failure = self.failure or error
            self.captured.close()
            self.seen.close()

    def capture(self) -> None:
        index = 0
        while not self.interrupted.is_set():
            before = time.monotonic()
            read = next(self.source.frames, None)
            if read is None:
                break
            try:
                pixels = read()
            except visionkit.Error as error:
                self.lost += 1
                print(f"frame {index}: {error.code}: {error}", file=sys.stderr)
                index += 1
                continue
            self.times["decode"].append(time.monotonic() - before)
            if self.is_paced:
                self.interrupted.wait(max(0.0, self.start + index / self.fps - time.monotonic()))
            if self.interrupted.is_set() or not self.captured.put(Frame(pixels, index, time.monotonic())):
                break
            index += 1
        self.captured.close()

    def detect(self) -> None:
        while True:
            with self.taking:  # numbers are given in the order in which frames are taken
                frame = self.captured.take()
                order = self.taken
                self.taken += 1
            if frame is None:
                break
            before = time.monotonic()
            objects = self.detector.detect(frame.pixels)
            now = time.monotonic()
            if not self.seen.put((order, SeenFrame(frame, objects, now - before, now - frame.captured))):
                break
        with self.ending:
            self.working -= 1
            if not self.working:
                self.seen.close()

    def collect(self) -> None:
        """With several workers, frames may come out of order."""
        early: dict[int, SeenFrame] = {}
        while (taken := self.seen.take()) is not None:
            early[taken[0]] = taken[1]
            while self.finished in early:
                self.finish(early.pop(self.finished))
        self.end = time.monotonic()

    def finish(self, seen: SeenFrame) -> None:
        self.times["detect"].append(seen.detect_s)
        self.times["frame age"].append(seen.age_s)
        if self.sink:
            before = time.monotonic()
            drawn = visionkit.draw(seen.frame.pixels, seen.objects, labels=self.detector.labels)
            between = time.monotonic()
            self.sink(drawn, seen.frame.place)
            self.times["draw"].append(between - before)
            self.times["write"].append(time.monotonic() - between)
        self.objects += len(seen.objects)
        self.finished += 1
        rate = self.finished / (time.monotonic() - self.start)
        self.status.show(f"{self.finished} frames, {self.captured.dropped} dropped, {rate:.1f} fps, "
                         f"{1000 * seen.age_s:.0f} ms old")

    def print_summary(self) -> None:
        self.status.clear()
        print(f"{self.finished} frames, {self.captured.dropped} dropped, {self.lost} unreadable; {self.objects} objects")
        if not self.finished:
            return
        seconds = self.end - self.start
        print(f"{self.finished / seconds:.1f} fps for {seconds:.1f} seconds\n\nmilliseconds   median      p90")
        for stage, times in self.times.items():
            if times:
                median, p90 = (1000 * sorted(times)[int(share * (len(times) - 1))] for share in (0.5, 0.9))
                print(f"{stage:<12} {median:8.2f} {p90:8.2f}")


def run(arguments: argparse.Namespace) -> int:
    pipeline = Pipeline(arguments)

    def stop(number: int, _: object) -> None:
        """Ctrl-C ends the capture; what is on its way is finished. A second one ends the program."""
        pipeline.interrupted.set()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return pipeline.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main() -> int:
    parser = argparse.ArgumentParser(description="Finds objects in a video, a folder of pictures or what a camera sees.")
    support.add_detector(parser)
    parser.add_argument("source", help="video, folder of pictures, or number of a camera")
    parser.add_argument("--out", help="what is seen: a video (.avi, .mp4), or a folder for its frames")
    parser.add_argument("--realtime", action="store_true", help="play a video or a folder at its pace, as if it were a camera")
    parser.add_argument("--policy", choices=["latest", "every"],
                        help="for a frame that comes too early: every (wait) or latest (drop). Default: latest for cameras "
                             "and --realtime")
    parser.add_argument("--fps", type=float, default=0, help="frames a second. Default: the video's; 30 for a folder")
    parser.add_argument("--workers", type=support.positive, default=1, help="frames that are detected at the same time")
    arguments = parser.parse_args()
    return support.run_program("video", lambda: run(arguments))


if __name__ == "__main__":
    sys.exit(main())
