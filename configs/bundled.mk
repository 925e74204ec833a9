# From the corpora to the shipped checkpoint in one command:
#
#   make bundled SRC=FOLDER [BASE=intfloat/multilingual-e5-small]
#
# SRC holds your copies of the corpora: rured2, rured2_rbc, nerel, factrueval, bsnlp, news, and dev.jsonl, annotated
# articles of your own to measure on. A step that is done is not done again; a run that broke off goes on.
SRC ?= corpora
BASE ?= intfloat/multilingual-e5-small
CORPORA := build/corpora
CONVERTED := $(CORPORA)/rured2.jsonl $(CORPORA)/rured2_rbc.jsonl $(CORPORA)/nerel.jsonl $(CORPORA)/bsnlp.jsonl
HELD_OUT := $(CORPORA)/dev.jsonl $(CORPORA)/read_dev.jsonl $(CORPORA)/nerel_dev.jsonl $(CORPORA)/bsnlp_asia_bibi.jsonl $(CORPORA)/bsnlp_covid-19.jsonl
READ := $(CORPORA)/rured2_read.jsonl $(CORPORA)/news_read.jsonl
IE := $(DEV)/bin/ie
# what int8 and calibration are measured on
DEVS := $(CORPORA)/dev.jsonl $(CORPORA)/read_dev.jsonl data/news/dev.jsonl
# The second stage is run with each of these seeds, and the mean of the weights is shipped.
RUNS := $(patsubst %,runs/bundled/%,1 2 3)

.PHONY: bundled
bundled: runs/bundled/best/README.md

build/e5-ru-news: | $(DEV)/installed
	$(IE) model trim $(BASE) $@ --corpus $(SRC)/news --pieces 23400

$(CORPORA)/rured2.jsonl $(CORPORA)/rured2_rbc.jsonl: $(CORPORA)/%.jsonl: | $(DEV)/installed
	$(IE) data convert rured2 $(SRC)/$* $@

$(CORPORA)/factrueval.jsonl $(CORPORA)/bsnlp.jsonl: $(CORPORA)/%.jsonl: | $(DEV)/installed
	$(IE) data convert $* $(SRC)/$* $@

$(CORPORA)/bsnlp_%.jsonl: | $(DEV)/installed
	$(IE) data convert bsnlp $(SRC)/bsnlp/$* $@

$(CORPORA)/nerel.jsonl: | $(DEV)/installed
	$(IE) data convert nerel $(SRC)/nerel/train $@

$(CORPORA)/nerel_dev.jsonl: | $(DEV)/installed
	$(IE) data convert nerel $(SRC)/nerel/dev $@

$(CORPORA)/rured2_read.jsonl: $(CORPORA)/rured2.jsonl data/standoff/rured2.jsonl
	$(IE) data merge data/standoff/rured2.jsonl $< $@

$(CORPORA)/news_read.jsonl: data/standoff/news.jsonl | $(DEV)/installed
	$(IE) data merge $< $(SRC)/news $@

$(CORPORA)/news_unsure.jsonl $(CORPORA)/news_sectors.jsonl: $(CORPORA)/%.jsonl: data/standoff/%.jsonl | $(DEV)/installed
	$(IE) data merge $< $(SRC)/news $@

$(CORPORA)/read_dev.jsonl: data/standoff/news_dev.jsonl | $(DEV)/installed
	$(IE) data merge $< $(SRC)/news $@

$(CORPORA)/dev.jsonl: | $(DEV)/installed
	cp $(SRC)/dev.jsonl $@

runs/general/best/train.json: build/e5-ru-news $(CONVERTED) $(HELD_OUT)
	$(IE) train --config configs/general.yaml $(if $(wildcard runs/general/run.json),--resume)

$(RUNS:%=%/best/train.json): runs/bundled/%/best/train.json: runs/general/best/train.json $(READ)
	$(IE) train --config configs/bundled.yaml --set seed=$* --set output.folder=runs/bundled/$* \
	  $(if $(wildcard runs/bundled/$*/run.json),--resume)

runs/bundled/best/train.json: $(RUNS:%=%/best/train.json)
	rm -rf runs/bundled/best
	$(IE) model average $(RUNS:%=%/best) --out runs/bundled/best

runs/bundled/best/README.md: runs/bundled/best/train.json
	$(IE) model export runs/bundled/best $(DEVS:%=--dev %)
	rm runs/bundled/best/onnx/model.onnx
	$(IE) model calibrate runs/bundled/best $(DEVS:%=--data %)
	rm -rf build/evaluation
	$(IE) evaluate --model runs/bundled/best --data $(CORPORA)/dev.jsonl --output build/evaluation
	$(IE) model card runs/bundled/best --evaluation build/evaluation/evaluation.json --name "ie, bundled model" \
	  --licence mit --base-model intfloat/multilingual-e5-small --overwrite
