#!/usr/bin/env bash
# Pictures that Pillow has freed stay in memory, once for each thread that ever decoded one.
#
# Versions: Pillow 13.0.0 with glibc (seen with 2.36); Python 3.11; seen 2026-12-01.
# Pillow keeps pixels in blocks of 16 MB. glibc takes such blocks from the thread's own heap as
# soon as one was freed (its mmap threshold grows, up to 32 MB) and gives none of it back. With
# larger blocks each picture over 32 MB is mapped by itself, and goes back when it is closed.
# Matters to us: a server that prepares pictures in a pool grows by one large picture a thread.
# In the library: Image.core.set_block_size; ImagingAllocateArray in src/libImaging/Storage.c.
# Output seen: 8 threads, one after another, each open and close one picture of 48 MB: 385 MB are
# left with blocks of 16 MB, 1 MB with blocks of 128 MB. Linux with glibc only.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0

cat >"$folder/measure.py" <<'EOF'
import io
import sys
import threading

from PIL import Image

MB = 2**20
THREADS = 8
SIDES = (4096, 3072)  # 48 MB unpacked


def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def decode(data):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    picture.close()


def work(data, turn, done, stay):
    with turn:
        decode(data)
    done.release()
    stay.wait()  # threads of a pool live on, and so do their heaps


assert Image.core.get_block_size() == 16 * MB
Image.core.set_block_size(int(sys.argv[1]) * MB)
packed = io.BytesIO()
Image.new("RGBA", SIDES).save(packed, "PNG")
before = resident()
turn, done, stay = threading.Lock(), threading.Semaphore(0), threading.Event()
for _ in range(THREADS):
    threading.Thread(target=work, args=(packed.getvalue(), turn, done, stay)).start()
for _ in range(THREADS):
    done.acquire()
left = (resident() - before) // MB
stay.set()
print(f"blocks of {sys.argv[1]} MB: {left} MB are left of {THREADS} closed pictures")
low, high = int(sys.argv[2]), int(sys.argv[3])
if not low <= left <= high:
    sys.exit(f"Pillow and glibc leave another amount than the {low} to {high} MB seen before.")
EOF
"$folder/venv/bin/python" "$folder/measure.py" 16 200 500
"$folder/venv/bin/python" "$folder/measure.py" 128 0 60
echo "as found"
