# On the processor:  docker build -t shoal .
# With CUDA:         docker build -t shoal --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cu128 .
ARG BASE=python:3.11-slim
FROM ${BASE}
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /shoal
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY src src
COPY conf conf
RUN pip install --no-cache-dir -c constraints.txt torch --index-url ${TORCH_INDEX} \
    && pip install --no-cache-dir -c constraints.txt '.[openvino]'
# runs/, data/, cache/ and reports/ are made here: docker run -v "$PWD:/work" shoal train budget=smoke
WORKDIR /work
ENTRYPOINT ["shoal"]
